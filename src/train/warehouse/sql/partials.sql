-- Turns the table nearside_source (one row an event and product) into the partials that `pretrain --partials` reads:
-- a sample of shoppers with their whole histories, and sums over all other shoppers. Written in DuckDB's dialect, and
-- only in what the other dialects have as well. Times are milliseconds since the epoch.
-- nearside_setting has one row: fewest_shoppers, most_events, salt, until_ms. nearside_hash is MD5 in hex.

-- Shoppers are hashes from here on. An event without a session belongs to a visit, which ends after half an hour
-- without such an event.
CREATE TABLE nearside_event AS
WITH known AS (
  SELECT nearside_hash(s.salt || e.shopper) AS shopper, e.item, n.event, n.strength, e.moment,
    NULLIF(e.session, '') AS session, e.price
  FROM nearside_source AS e
  JOIN nearside_name AS n
    ON n.alias = REPLACE(REPLACE(REPLACE(REPLACE(LOWER(e.event), '_', ''), ' ', ''), '-', ''), '.', '')
  CROSS JOIN nearside_setting AS s
  WHERE e.shopper <> '' AND e.item <> '' AND e.moment < s.until_ms),
stepped AS (
  SELECT k.*, CASE WHEN session IS NULL THEN 1 ELSE 0 END AS is_open,
    LAG(moment) OVER (PARTITION BY shopper, CASE WHEN session IS NULL THEN 1 ELSE 0 END ORDER BY moment) AS previous
  FROM known AS k),
numbered AS (
  SELECT f.*,
    SUM(CASE WHEN moment - previous <= 1800000 THEN 0 ELSE 1 END)
      OVER (PARTITION BY shopper, is_open ORDER BY moment RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS visit
  FROM stepped AS f)
SELECT shopper, item, event, strength, moment, price,
  CASE WHEN is_open = 1 THEN 'visit ' || CAST(visit AS VARCHAR) ELSE 'named ' || session END AS session
FROM numbered;

-- The sample: shoppers by their hash, until they have most_events events that show interest.
CREATE TABLE nearside_sampled AS
WITH bucket AS (
  SELECT SUBSTRING(shopper, 1, 5) AS place, SUM(CASE WHEN strength > 0 THEN 1 ELSE 0 END) AS events
  FROM nearside_event GROUP BY SUBSTRING(shopper, 1, 5)),
filled AS (
  SELECT place, SUM(events) OVER (ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS events
  FROM bucket)
SELECT shopper, ROW_NUMBER() OVER (ORDER BY shopper) AS number
FROM (
  SELECT DISTINCT e.shopper
  FROM nearside_event AS e
  JOIN filled AS f ON f.place = SUBSTRING(e.shopper, 1, 5)
  CROSS JOIN nearside_setting AS s
  WHERE f.events <= s.most_events) AS chosen;

CREATE TABLE nearside_rest AS
SELECT e.*
FROM nearside_event AS e
LEFT JOIN nearside_sampled AS s ON s.shopper = e.shopper
WHERE s.shopper IS NULL AND e.strength > 0;

-- A product, and each of its texts, needs fewest_shoppers shoppers: so no text that one person wrote is among them.
CREATE TABLE nearside_item AS
WITH known AS (
  SELECT e.item, MIN(e.moment) AS first_ms
  FROM nearside_event AS e
  CROSS JOIN nearside_setting AS s
  GROUP BY e.item, s.fewest_shoppers
  HAVING COUNT(DISTINCT e.shopper) >= s.fewest_shoppers),
field AS (
  SELECT item, 'title' AS name, title AS content, shopper FROM nearside_source
  UNION ALL SELECT item, 'category' AS name, category AS content, shopper FROM nearside_source
  UNION ALL SELECT item, 'brand' AS name, brand AS content, shopper FROM nearside_source
  UNION ALL SELECT item, 'price' AS name, CAST(price AS VARCHAR) AS content, shopper FROM nearside_source),
counted AS (
  SELECT item, name, content, COUNT(DISTINCT shopper) AS shoppers
  FROM field WHERE content <> '' GROUP BY item, name, content),
shared AS (
  SELECT c.item, c.name, c.content,
    ROW_NUMBER() OVER (PARTITION BY c.item, c.name ORDER BY c.shoppers DESC, c.content) AS place
  FROM counted AS c CROSS JOIN nearside_setting AS s
  WHERE c.shoppers >= s.fewest_shoppers)
SELECT k.item AS id, ROW_NUMBER() OVER (ORDER BY k.item) - 1 AS number, MIN(k.first_ms) AS first_ms,
  MAX(CASE WHEN f.name = 'title' THEN f.content END) AS title,
  MAX(CASE WHEN f.name = 'category' THEN f.content END) AS category,
  MAX(CASE WHEN f.name = 'brand' THEN f.content END) AS brand,
  MAX(CASE WHEN f.name = 'price' THEN f.content END) AS price
FROM known AS k
LEFT JOIN shared AS f ON f.item = k.item AND f.place = 1
GROUP BY k.item;

-- Histories of the sampled shoppers. Shoppers and visits are numbers.
CREATE TABLE nearside_sample AS
SELECT c.number AS shopper, i.number AS item, e.event, e.moment, e.price,
  DENSE_RANK() OVER (PARTITION BY c.number ORDER BY e.session) AS visit
FROM nearside_event AS e
JOIN nearside_sampled AS c ON c.shopper = e.shopper
JOIN nearside_item AS i ON i.id = e.item;

-- Dates of the sums: every week before the limit, back to the first fifth of the log. Pairs have every fourth date.
-- A window of 7 or 30 days that is nearly empty starts earlier, until it has as many events as usual.
CREATE TABLE nearside_date AS
WITH digit AS (
  SELECT 0 AS n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4
  UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9),
span AS (
  SELECT MIN(e.moment) AS first_ms, s.until_ms
  FROM nearside_event AS e CROSS JOIN nearside_setting AS s GROUP BY s.until_ms),
week AS (
  SELECT a.n + 10 * b.n + 100 * c.n AS n, first_ms, until_ms,
    until_ms - (a.n + 10 * b.n + 100 * c.n) * CAST(604800000 AS BIGINT) AS as_of
  FROM digit AS a CROSS JOIN digit AS b CROSS JOIN digit AS c CROSS JOIN span),
dated AS (
  SELECT n, as_of, CASE WHEN n % 4 = 0 OR until_ms - first_ms < 12096000000 THEN 1 ELSE 0 END AS has_pairs
  FROM week
  WHERE as_of > first_ms + (until_ms - first_ms) / 5.0 - 2419200000.0),
daily AS (
  SELECT CAST(CEIL((s.until_ms - e.moment) / 86400000.0) AS BIGINT) - 1 AS back, COUNT(*) AS events
  FROM nearside_event AS e CROSS JOIN nearside_setting AS s
  WHERE e.strength > 0
  GROUP BY CAST(CEIL((s.until_ms - e.moment) / 86400000.0) AS BIGINT) - 1),
held AS (
  SELECT d.n, y.back - 7 * d.n AS ago,
    SUM(y.events) OVER (PARTITION BY d.n ORDER BY y.back ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS events
  FROM dated AS d CROSS JOIN daily AS y WHERE y.back >= 7 * d.n),
span_of AS (
  SELECT n, MAX(ago) + 1 AS days, MAX(events) AS events,
    COALESCE(MAX(CASE WHEN ago < 7 THEN events END), 0) AS held_week,
    COALESCE(MAX(CASE WHEN ago < 30 THEN events END), 0) AS held_month
  FROM held GROUP BY n),
usual AS (
  SELECT n, days, held_week, held_month,
    CAST(events * 7 AS DOUBLE) / GREATEST(7, days) AS week, CAST(events * 30 AS DOUBLE) / GREATEST(30, days) AS month
  FROM span_of),
reach AS (
  SELECT u.n, MIN(CASE WHEN h.events >= u.week THEN h.ago END) + 1 AS week_days,
    MIN(CASE WHEN h.events >= u.month THEN h.ago END) + 1 AS month_days
  FROM usual AS u JOIN held AS h ON h.n = u.n GROUP BY u.n)
SELECT d.n, d.as_of, d.has_pairs,
  d.as_of - CAST(86400000 AS BIGINT) * (CASE WHEN u.n IS NULL OR u.days <= 7 OR u.held_week >= 0.1 * u.week OR u.week < 10
    THEN 7 ELSE r.week_days END) AS week_from,
  d.as_of - CAST(86400000 AS BIGINT) * (CASE WHEN u.n IS NULL OR u.days <= 30 OR u.held_month >= 0.1 * u.month OR u.month < 10
    THEN 30 ELSE r.month_days END) AS month_from
FROM dated AS d LEFT JOIN usual AS u ON u.n = d.n LEFT JOIN reach AS r ON r.n = d.n;

-- Shoppers of each product before each date: ever, on two or more days, and in the two windows.
CREATE TABLE nearside_count AS
WITH met AS (
  SELECT shopper, item, MIN(moment) AS first_ms FROM nearside_rest GROUP BY shopper, item),
returned AS (
  SELECT m.shopper, m.item, MIN(m.first_ms) AS first_ms,
    MIN(CASE WHEN FLOOR(e.moment / 86400000.0) > FLOOR(m.first_ms / 86400000.0) THEN e.moment END) AS again_ms
  FROM met AS m JOIN nearside_rest AS e ON e.shopper = m.shopper AND e.item = m.item
  GROUP BY m.shopper, m.item),
weekly AS (
  SELECT r.item, CAST(CEIL((s.until_ms - r.first_ms) / 604800000.0) AS BIGINT) - 1 AS back, COUNT(*) AS met, 0 AS repeated
  FROM returned AS r CROSS JOIN nearside_setting AS s
  GROUP BY r.item, CAST(CEIL((s.until_ms - r.first_ms) / 604800000.0) AS BIGINT) - 1
  UNION ALL
  SELECT r.item, CAST(CEIL((s.until_ms - r.again_ms) / 604800000.0) AS BIGINT) - 1 AS back, 0 AS met, COUNT(*) AS repeated
  FROM returned AS r CROSS JOIN nearside_setting AS s
  WHERE r.again_ms IS NOT NULL
  GROUP BY r.item, CAST(CEIL((s.until_ms - r.again_ms) / 604800000.0) AS BIGINT) - 1),
ever AS (
  SELECT d.n, w.item, SUM(w.met) AS shoppers, SUM(w.repeated) AS repeated
  FROM nearside_date AS d CROSS JOIN weekly AS w
  WHERE w.back >= d.n
  GROUP BY d.n, w.item),
recent AS (
  SELECT d.n, e.item,
    COUNT(DISTINCT CASE WHEN e.moment >= d.week_from THEN e.shopper END) AS in_week,
    COUNT(DISTINCT CASE WHEN e.moment >= d.month_from THEN e.shopper END) AS in_month
  FROM nearside_date AS d CROSS JOIN nearside_rest AS e
  WHERE e.moment < d.as_of AND e.moment >= LEAST(d.week_from, d.month_from)
  GROUP BY d.n, e.item)
SELECT d.as_of, i.number AS item, v.shoppers, v.repeated, COALESCE(r.in_week, 0) AS in_week,
  COALESCE(r.in_month, 0) AS in_month
FROM ever AS v
JOIN nearside_date AS d ON d.n = v.n
JOIN nearside_item AS i ON i.id = v.item
CROSS JOIN nearside_setting AS s
LEFT JOIN recent AS r ON r.n = v.n AND r.item = v.item
WHERE v.shoppers >= s.fewest_shoppers;

-- Products of each basket before each date of pairs, once, with the strongest event. A basket weighs less the more
-- products it has, and the more baskets its shopper has.
CREATE TABLE nearside_line AS
WITH line AS (
  SELECT d.as_of, e.shopper, e.session, e.item, MAX(e.strength) AS strength, MIN(e.moment) AS first_ms
  FROM nearside_date AS d CROSS JOIN nearside_rest AS e
  WHERE d.has_pairs = 1 AND e.moment < d.as_of
  GROUP BY d.as_of, e.shopper, e.session, e.item),
basket AS (
  SELECT as_of, shopper, session, MIN(first_ms) AS began, 1 / SQRT(CAST(COUNT(*) AS DOUBLE)) AS weight
  FROM line GROUP BY as_of, shopper, session),
placed AS (
  SELECT as_of, shopper, session, began,
    ROW_NUMBER() OVER (PARTITION BY as_of, shopper ORDER BY began, session) AS place,
    weight * (1 / SQRT(CAST(COUNT(*) OVER (PARTITION BY as_of, shopper) AS DOUBLE))) AS weight
  FROM basket)
SELECT p.as_of, p.shopper, p.place, p.began, p.weight, i.number AS item, l.strength
FROM placed AS p
JOIN line AS l ON l.as_of = p.as_of AND l.shopper = p.shopper AND l.session = p.session
JOIN nearside_item AS i ON i.id = l.item;

CREATE TABLE nearside_norm AS
WITH own AS (
  SELECT as_of, item, shopper, SUM(weight * strength * strength) AS norm
  FROM nearside_line GROUP BY as_of, item, shopper)
SELECT o.as_of, o.item, SUM(o.norm) AS norm
FROM own AS o CROSS JOIN nearside_setting AS s
GROUP BY o.as_of, o.item, s.fewest_shoppers
HAVING COUNT(*) >= s.fewest_shoppers;

-- What goes together: within a basket, and from a basket to the five after it, halved every 30 days. The 48 strongest
-- of each product remain.
CREATE TABLE nearside_pair AS
WITH step AS (
  SELECT 0 AS n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5),
known AS (
  SELECT l.* FROM nearside_line AS l JOIN nearside_norm AS x ON x.as_of = l.as_of AND x.item = l.item),
basket AS (
  SELECT DISTINCT as_of, shopper, place, began, weight FROM known),
linked AS (
  SELECT a.as_of, a.shopper, a.place, b.place AS later,
    CASE WHEN step.n = 0 THEN a.weight ELSE SQRT(a.weight * b.weight) * 0.3
      * POWER(CAST(2 AS DOUBLE), (a.began - b.began) / 2592000000.0) END AS weight,
    CASE WHEN step.n = 0 THEN 1 ELSE 0.3 * POWER(CAST(2 AS DOUBLE), (a.began - b.began) / 2592000000.0) END AS decay
  FROM basket AS a
  CROSS JOIN step
  JOIN basket AS b ON b.as_of = a.as_of AND b.shopper = a.shopper AND b.place = a.place + step.n),
own AS (
  SELECT f.as_of, f.shopper, a.item, b.item AS neighbour, SUM(f.weight * a.strength * b.strength) AS together
  FROM linked AS f
  JOIN known AS a ON a.as_of = f.as_of AND a.shopper = f.shopper AND a.place = f.place
  JOIN known AS b ON b.as_of = f.as_of AND b.shopper = f.shopper AND b.place = f.later
  WHERE f.decay >= 0.01 AND a.item <> b.item
  GROUP BY f.as_of, f.shopper, a.item, b.item),
summed AS (
  SELECT o.as_of, o.item, o.neighbour, SUM(o.together) AS together
  FROM own AS o CROSS JOIN nearside_setting AS s
  GROUP BY o.as_of, o.item, o.neighbour, s.fewest_shoppers
  HAVING COUNT(*) >= s.fewest_shoppers),
ranked AS (
  SELECT p.as_of, p.item, p.neighbour, p.together,
    ROW_NUMBER() OVER (PARTITION BY p.as_of, p.item
      ORDER BY p.together / (SQRT(x.norm * y.norm) + 2) DESC, p.neighbour) AS place
  FROM summed AS p
  JOIN nearside_norm AS x ON x.as_of = p.as_of AND x.item = p.item
  JOIN nearside_norm AS y ON y.as_of = p.as_of AND y.item = p.neighbour)
SELECT as_of, item, neighbour, together FROM ranked WHERE place <= 48;

-- Facts of the whole: the limit of the events, the number of shoppers who were counted, the rules of this run, and the
-- rows of the other files, so that pretrain notices a missing file and one of an earlier run.
CREATE TABLE nearside_fact AS
SELECT 1 AS format, s.until_ms, s.fewest_shoppers, s.most_events,
  (SELECT COUNT(DISTINCT shopper) FROM nearside_rest) AS shoppers,
  (SELECT COUNT(*) FROM nearside_item) AS item_rows, (SELECT COUNT(*) FROM nearside_date) AS date_rows,
  (SELECT COUNT(*) FROM nearside_count) AS count_rows, (SELECT COUNT(*) FROM nearside_norm) AS norm_rows,
  (SELECT COUNT(*) FROM nearside_pair) AS pair_rows, (SELECT COUNT(*) FROM nearside_sample) AS sample_rows
FROM nearside_setting AS s;
