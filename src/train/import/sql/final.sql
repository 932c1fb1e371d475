-- Events in their final form, and their counts. Shopper ids become hashes, if there is a shopper_key:
-- SHA-256 twice with the key before the text, as in HMAC, cut to 80 bits. A price in another currency than
-- the shop's is dropped.
CREATE OR REPLACE MACRO shopper_hash(id) AS substr(
  sha256(getvariable('shopper_key') || sha256(getvariable('shopper_key') || id)), 1, 20);

CREATE OR REPLACE TABLE event AS
SELECT * REPLACE (
  CASE WHEN getvariable('shopper_key') IS NULL THEN regexp_replace(shopper, '[\x00-\x1f]+', ' ', 'g')
    ELSE shopper_hash(CASE WHEN contains(shopper, '@') THEN lower(shopper) ELSE shopper END) END AS shopper,
  CASE WHEN coalesce(currency, getvariable('currency'), '') = coalesce(getvariable('currency'), '')
    THEN price END AS price)
FROM event ORDER BY log, n;

CREATE OR REPLACE TEMP VIEW shop_counts AS
SELECT count(DISTINCT shopper)::DOUBLE AS shoppers, count(*)::DOUBLE AS events,
  bool_or(day_only) AS "dayOnly",
  count(DISTINCT (shopper, coalesce(session, CAST(time // 86400000 AS VARCHAR))))::DOUBLE AS sessions,
  replace(strftime(make_timestamp_ms(min(time)), '%Y-%m-%dT%H:%M:%S.%gZ'), '.000Z', 'Z') AS "from",
  replace(strftime(make_timestamp_ms(max(time)), '%Y-%m-%dT%H:%M:%S.%gZ'), '.000Z', 'Z') AS "to"
FROM event;

CREATE OR REPLACE TEMP VIEW match AS
SELECT count(DISTINCT event.item) FILTER (event.item <> '')::DOUBLE AS "logItems",
  count(DISTINCT id)::DOUBLE AS items,
  count(*) FILTER (id IS NOT NULL OR event.item = '')::DOUBLE AS lines,
  coalesce(list_slice(list_sort(list(DISTINCT event.item) FILTER (id IS NULL AND event.item <> '')), 1, 3), []) AS unknown,
  coalesce((SELECT list(id ORDER BY n) FROM (SELECT id, n FROM product ORDER BY n LIMIT 3)), []) AS "catalogIds"
FROM event LEFT JOIN product ON event.item = id;

CREATE OR REPLACE TEMP VIEW sample AS
SELECT shopper, shown.event, shown.item, strftime(make_timestamp_ms(time), '%Y-%m-%d %H:%M') AS time, product.title
FROM (SELECT * FROM event LIMIT 3) AS shown LEFT JOIN product ON shown.item = id;
