-- Only an order's first line has the order's fields; the other lines copy them.
CREATE OR REPLACE TABLE raw AS
SELECT * REPLACE (
  coalesce(nullif(shopper, ''), max(shopper) OVER same_order, '') AS shopper,
  coalesce(nullif(time, ''), max(time) OVER same_order, '') AS time,
  coalesce(nullif(status, ''), max(status) OVER same_order, '') AS status,
  coalesce(nullif(cancelled, ''), max(cancelled) OVER same_order, '') AS cancelled,
  coalesce(nullif(test, ''), max(test) OVER same_order, '') AS test,
  coalesce(nullif(currency, ''), max(currency) OVER same_order, '') AS currency)
FROM raw
-- A line without an order number is an order of its own.
WINDOW same_order AS (PARTITION BY coalesce(nullif(session, ''), CAST(line AS VARCHAR) || chr(31)))
ORDER BY n;
