-- Adds the rows of a log (raw) to the table event. Each row is kept, or dropped for the first reason that
-- applies. Variables: log (0 orders, 1 clicks), has_event, default_event, date_order, price_comma,
-- quantity_comma, item_pattern, cancel_pattern.
CREATE OR REPLACE TEMP TABLE judged AS
WITH read AS (
  SELECT raw.*,
    CASE WHEN getvariable('has_event') THEN alias.event
      WHEN item = '' AND query <> '' THEN 'search'
      ELSE getvariable('default_event') END AS name,
    instant(time) AS moment,
    CASE WHEN quantity <> '' THEN amount(quantity, getvariable('quantity_comma')) END AS pieces,
    CASE WHEN price <> '' THEN amount(price, getvariable('price_comma')) END AS paid,
    regexp_replace(session, '[\x00-\x1f]+', ' ', 'g') AS visit
  FROM raw LEFT JOIN event_alias AS alias ON getvariable('has_event') AND alias.name = plain_name(raw.event))
SELECT *, CASE
  WHEN problem IS NOT NULL THEN problem
  WHEN name IS NULL THEN 'other event'
  WHEN name = 'refund' THEN 'refund'
  WHEN shopper = '' AND device = '' THEN 'no shopper'
  WHEN item = '' AND name <> 'search' THEN 'no item'
  WHEN item = '' AND query = '' THEN 'no query'
  WHEN moment IS NULL THEN 'bad date'
  WHEN quantity <> '' AND pieces IS NULL THEN 'bad quantity'
  WHEN len(item) > 200 OR regexp_matches(item, '[\x00-\x1f\x7f]') THEN 'bad item'
  WHEN pieces < 0 OR (getvariable('cancel_pattern') IS NOT NULL
    AND regexp_matches(session, getvariable('cancel_pattern'))) THEN 'cancellation'
  WHEN cancelled <> '' OR regexp_full_match(lower(status),
    '(wc-)?(voided|refunded|cancell?ed|failed|expired|trash|draft|checkout-draft|pending payment|unpaid|storniert|erstattet|abgebrochen|fehlgeschlagen|retourniert)')
    THEN 'cancelled or refunded order'
  -- Bogus is Shopify's test gateway.
  WHEN list_has_any(regexp_split_to_array(lower(test), '\s*[,+]\s*'),
    ['true', 'yes', 'test', 'test order', 'bogus', '(for testing) bogus gateway']) THEN 'test order'
  WHEN pieces = 0 THEN 'zero quantity'
  WHEN paid <= 0 AND name = 'purchase' THEN 'zero or negative price'
  WHEN item <> '' AND getvariable('item_pattern') IS NOT NULL
    AND NOT regexp_matches(item, getvariable('item_pattern')) THEN 'service line'
  END AS reason
FROM read;

-- Among rows that are equal in every column, the first is kept.
CREATE OR REPLACE TEMP TABLE repeated AS
SELECT row_key, min(n) AS first FROM judged WHERE reason IS NULL GROUP BY row_key HAVING count(*) > 1;

-- A refund names an order, and the items if it covers only a part.
CREATE OR REPLACE TEMP TABLE refunded AS
SELECT DISTINCT "order" AS number, item FROM judged WHERE reason = 'refund' AND "order" <> '';

CREATE OR REPLACE TEMP VIEW verdict AS
SELECT judged.* REPLACE (coalesce(reason, CASE
  WHEN repeated.first < n THEN 'exact duplicate'
  WHEN name = 'purchase' AND (("order", item) IN (SELECT (number, item) FROM refunded)
    OR "order" IN (SELECT number FROM refunded WHERE item = '')) THEN 'cancelled or refunded order'
  END) AS reason)
FROM judged LEFT JOIN repeated USING (row_key);

INSERT INTO event
SELECT getvariable('log'), n, shopper, device, name, item, moment, is_day(time),
  nullif(visit, ''),
  nullif(lower(ltrim(coalesce(nullif("order", ''), CASE WHEN getvariable('log') = 0 THEN visit END), '#')), ''),
  pieces, CASE WHEN paid >= 0 THEN paid END,
  coalesce(currency_of(upper(currency)), currency_of(price)),
  CASE WHEN starts_with(query, '["') THEN array_to_string(CAST(TRY_CAST(query AS JSON) AS VARCHAR[]), ' ') ELSE nullif(query, '') END,
  CASE WHEN amount(dwell) >= 0 THEN amount(dwell) END,
  nullif(title, ''), nullif(category, ''), nullif(brand, '')
FROM verdict WHERE reason IS NULL
ORDER BY n;
