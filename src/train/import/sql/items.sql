-- Catalog of a shop that has only a log. Items without a sale in the last available_days days of the log are
-- unavailable; if available_days is NULL, no item is.
CREATE OR REPLACE TABLE product AS
SELECT row_number() OVER (ORDER BY id) AS n, id, title, price, NULL AS sale, NULL AS regular_price,
  CASE WHEN price IS NOT NULL THEN getvariable('currency') END AS currency,
  category, CAST(NULL AS VARCHAR) AS group_id, brand, CAST(NULL AS VARCHAR) AS description, CAST(NULL AS VARCHAR) AS image, CAST(NULL AS VARCHAR) AS url,
  CAST(NULL AS DOUBLE) AS rating, CAST(NULL AS INTEGER) AS reviews, CAST(NULL AS VARCHAR) AS badge, CAST(NULL AS VARCHAR) AS added,
  CASE WHEN getvariable('available_days') IS NOT NULL AND coalesce(last_sold, 0)
    < (SELECT max(time) FROM event) - CAST(getvariable('available_days') AS DOUBLE) * 86400000 THEN false END AS available
FROM fact;
