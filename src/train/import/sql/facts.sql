-- Facts about each item from the log: the most frequent title (the longest of equally frequent ones), the
-- median price in the shop's currency, brand, category, and the time of the last sale.
CREATE OR REPLACE TEMP TABLE item_title AS
SELECT item, arg_max(title, (frequency, len(title), alphabetical)) AS title FROM (
  SELECT item, title, frequency, -row_number() OVER (ORDER BY title) AS alphabetical FROM (
    SELECT item, title, count(*) AS frequency FROM event
    WHERE item <> '' AND regexp_matches(title, '\p{L}{3}')
      -- Leaves out notes that staff write into a title when they correct stock.
      AND NOT regexp_matches(title, '(?i)\?|^(check(ed)?|damaged?|damages|lost|found|missing|adjust(ment)?|wrong(ly)?|mixed up|sold|faulty|thrown|wet|returned)( \S+){0,2}$')
    GROUP BY item, title))
GROUP BY item;

CREATE OR REPLACE TABLE fact AS
SELECT event.item AS id, any_value(item_title.title) AS title,
  round(median(event.price) FILTER (event.price > 0
    AND coalesce(event.currency, getvariable('currency'), '') = coalesce(getvariable('currency'), '')), 2) AS price,
  arg_max(event.brand, (event.time, event.brand)) AS brand,
  arg_max(event.category, (event.time, event.category)) AS category,
  max(event.time) FILTER (event.event = 'purchase') AS last_sold
FROM event LEFT JOIN item_title USING (item)
WHERE event.item <> ''
GROUP BY event.item;
