-- Turns the table nearside_source (one row per event and product) into the partials that `pretrain --partials` reads:
-- a sample of shoppers with their whole histories, and sums over all other shoppers. Uses only what all dialects have.
-- Times are milliseconds since the epoch. nearside_setting has one row: fewest_shoppers, most_events, salt, until_ms.

-- Events with hashes of the shoppers. An event without a session belongs to a visit, which ends after half an hour
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

-- Products and their texts, each of at least fewest_shoppers shoppers, so that no text names a person.
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

-- Events that show interest, of all other shoppers. Shoppers are numbered from here on, group by group (first letters
-- of their hash), because no warehouse sorts all of them at once.
CREATE TABLE nearside_rest AS
WITH kept AS (
  SELECT e.shopper, e.session, CAST(i.number AS INTEGER) AS item, e.strength, e.moment
  FROM nearside_event AS e
  JOIN nearside_item AS i ON i.id = e.item
  LEFT JOIN nearside_sampled AS c ON c.shopper = e.shopper
  WHERE c.shopper IS NULL AND e.strength > 0),
other AS (SELECT DISTINCT shopper, SUBSTRING(shopper, 1, 5) AS place FROM kept),
bucket AS (SELECT place, COUNT(*) AS shoppers FROM other GROUP BY place),
filled AS (
  SELECT place, SUM(shoppers) OVER (ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) - shoppers AS before
  FROM bucket),
numbered AS (
  SELECT o.shopper, CAST(f.before + ROW_NUMBER() OVER (PARTITION BY o.place ORDER BY o.shopper) AS INTEGER) AS number
  FROM other AS o JOIN filled AS f ON f.place = o.place)
SELECT n.number AS shopper, k.session, k.item, k.strength, k.moment
FROM kept AS k JOIN numbered AS n ON n.shopper = k.shopper;

-- Dates of the sums: every week before the limit, back to the first fifth of the log. Pairs are summed at every fourth
-- date. A window of 7 or 30 days with few events starts earlier, so that it has as many events as usual.
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
SELECT d.as_of, v.item, v.shoppers, v.repeated, COALESCE(r.in_week, 0) AS in_week,
  COALESCE(r.in_month, 0) AS in_month
FROM ever AS v
JOIN nearside_date AS d ON d.n = v.n
CROSS JOIN nearside_setting AS s
LEFT JOIN recent AS r ON r.n = v.n AND r.item = v.item
WHERE v.shoppers >= s.fewest_shoppers;

-- Products of each basket, once, with the strongest event. A row counts from date n of the pairs (n weeks before the
-- limit) until date `ended`, from which its session has a newer row with more events; -1: it never ends.
CREATE TABLE nearside_line AS
WITH rule AS (
  SELECT MAX(CASE WHEN has_pairs = 1 THEN n END) AS oldest, CASE WHEN COUNT(*) = SUM(has_pairs) THEN 1 ELSE 4 END AS step
  FROM nearside_date),
dated AS (
  SELECT e.shopper, e.session, e.item, e.strength, e.moment, r.oldest, r.step,
    CAST(CEIL((s.until_ms - e.moment) / 604800000.0) AS BIGINT) - 1 AS back
  FROM nearside_rest AS e CROSS JOIN nearside_setting AS s CROSS JOIN rule AS r),
met AS (
  SELECT shopper, session, item, CAST(LEAST(back - back % step, oldest) AS INTEGER) AS n, MAX(strength) AS strength, MIN(moment) AS first_ms
  FROM dated GROUP BY shopper, session, item, CAST(LEAST(back - back % step, oldest) AS INTEGER)),
began AS (
  SELECT shopper, session, n, MIN(first_ms) AS first_ms FROM met GROUP BY shopper, session, n),
basket AS (
  SELECT shopper, session, n, COALESCE(LEAD(n) OVER (PARTITION BY shopper, session ORDER BY n DESC), -1) AS ended,
    MIN(first_ms) OVER (PARTITION BY shopper, session) AS began
  FROM began),
placed AS (
  SELECT b.*, DENSE_RANK() OVER (PARTITION BY shopper ORDER BY began, session) AS place FROM basket AS b),
line AS (
  SELECT p.shopper, p.place, p.began, p.n, p.ended, m.item, MAX(m.strength) AS strength
  FROM placed AS p
  JOIN met AS m ON m.shopper = p.shopper AND m.session = p.session
  WHERE m.n >= p.n
  GROUP BY p.shopper, p.place, p.began, p.n, p.ended, m.item)
SELECT l.*, 1 / SQRT(CAST(COUNT(*) OVER (PARTITION BY shopper, place, n) AS DOUBLE)) AS weight FROM line AS l;

-- The more baskets a shopper has, the less each weighs: the weight at each date, and its change since the last date.
CREATE TABLE nearside_share AS
WITH active AS (
  SELECT shopper, n, MAX(place) AS baskets FROM nearside_line GROUP BY shopper, n),
shared AS (
  SELECT shopper, n, 1 / SQRT(CAST(MAX(baskets) OVER (PARTITION BY shopper ORDER BY n DESC
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS DOUBLE)) AS share
  FROM active)
SELECT shopper, n, share, share - LAG(share) OVER (PARTITION BY shopper ORDER BY n DESC) AS changed FROM shared;

CREATE TABLE nearside_norm AS
WITH signed AS (
  SELECT shopper, item, n, weight * strength * strength AS norm FROM nearside_line
  UNION ALL
  SELECT shopper, item, ended AS n, -weight * strength * strength AS norm FROM nearside_line WHERE ended >= 0),
own AS (SELECT shopper, item, n, SUM(norm) AS norm FROM signed GROUP BY shopper, item, n),
counted AS (
  SELECT o.*, CASE WHEN n = MAX(n) OVER (PARTITION BY shopper, item) THEN 1 ELSE 0 END AS is_new FROM own AS o),
stepped AS (
  SELECT c.item, h.n, SUM(c.norm * CASE WHEN h.n = c.n THEN h.share ELSE h.changed END) AS norm,
    SUM(CASE WHEN h.n = c.n THEN c.is_new ELSE 0 END) AS shoppers
  FROM counted AS c JOIN nearside_share AS h ON h.shopper = c.shopper
  WHERE h.n <= c.n
  GROUP BY c.item, h.n)
SELECT d.as_of, d.n, p.item, SUM(p.norm) AS norm
FROM stepped AS p CROSS JOIN nearside_date AS d CROSS JOIN nearside_setting AS s
WHERE d.has_pairs = 1 AND d.n <= p.n
GROUP BY d.as_of, d.n, p.item, s.fewest_shoppers
HAVING SUM(p.shoppers) >= s.fewest_shoppers;

-- Pairs of products in each shopper's baskets: within a basket, and from a basket to the five after it, with a weight
-- that halves every 30 days. Each pair is counted once, at the first date that has it.
CREATE TABLE nearside_own AS
WITH step AS (
  SELECT 0 AS ahead UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5),
basket AS (
  SELECT DISTINCT shopper, place, began, n, ended, weight FROM nearside_line),
linked AS (
  SELECT a.shopper, a.place, b.place AS later, a.n AS own_n, b.n AS later_n, LEAST(a.n, b.n) AS since, GREATEST(a.ended, b.ended) AS ended,
    CASE WHEN ahead = 0 THEN 1 ELSE 0.3 * POWER(CAST(2 AS DOUBLE), (a.began - b.began) / 2592000000.0) END AS decay,
    SQRT(a.weight * b.weight) AS weight
  FROM basket AS a
  CROSS JOIN step
  JOIN basket AS b ON b.shopper = a.shopper AND b.place = a.place + ahead
  WHERE ahead > 0 OR a.n = b.n),
signed AS (
  SELECT shopper, place, later, own_n, later_n, since AS n, weight * decay AS counted
  FROM linked WHERE decay >= 0.01 AND since > ended
  UNION ALL
  SELECT shopper, place, later, own_n, later_n, ended AS n, -weight * decay AS counted
  FROM linked WHERE decay >= 0.01 AND since > ended AND ended >= 0)
SELECT f.shopper, a.item, b.item AS neighbour, f.n, SUM(f.counted * a.strength * b.strength) AS together
FROM signed AS f
JOIN nearside_line AS a ON a.shopper = f.shopper AND a.place = f.place AND a.n = f.own_n
JOIN nearside_line AS b ON b.shopper = f.shopper AND b.place = f.later AND b.n = f.later_n
WHERE a.item <> b.item
GROUP BY f.shopper, a.item, b.item, f.n;

-- At each date, the 48 strongest neighbours of each product remain.
CREATE TABLE nearside_pair AS
WITH met AS (
  SELECT shopper, item, neighbour, MAX(n) AS n FROM nearside_own GROUP BY shopper, item, neighbour),
arrived AS (
  SELECT item, neighbour, n, COUNT(*) AS shoppers FROM met GROUP BY item, neighbour, n),
common AS (
  SELECT a.item, a.neighbour FROM arrived AS a CROSS JOIN nearside_setting AS s
  GROUP BY a.item, a.neighbour, s.fewest_shoppers HAVING SUM(a.shoppers) >= s.fewest_shoppers),
stepped AS (
  SELECT o.item, o.neighbour, h.n, SUM(o.together * CASE WHEN h.n = o.n THEN h.share ELSE h.changed END) AS together
  FROM nearside_own AS o
  JOIN common AS c ON c.item = o.item AND c.neighbour = o.neighbour
  JOIN nearside_share AS h ON h.shopper = o.shopper
  WHERE h.n <= o.n
  GROUP BY o.item, o.neighbour, h.n),
summed AS (
  SELECT p.item, p.neighbour, p.n,
    SUM(p.together) OVER (PARTITION BY p.item, p.neighbour ORDER BY p.n DESC
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS together,
    SUM(COALESCE(a.shoppers, 0)) OVER (PARTITION BY p.item, p.neighbour ORDER BY p.n DESC
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS shoppers,
    COALESCE(LEAD(p.n) OVER (PARTITION BY p.item, p.neighbour ORDER BY p.n DESC), -1) AS ended
  FROM stepped AS p
  LEFT JOIN arrived AS a ON a.item = p.item AND a.neighbour = p.neighbour AND a.n = p.n),
ranked AS (
  SELECT x.as_of, p.item, p.neighbour, p.together,
    ROW_NUMBER() OVER (PARTITION BY x.as_of, p.item
      ORDER BY p.together / (SQRT(x.norm * y.norm) + 2) DESC, p.neighbour) AS place
  FROM summed AS p
  CROSS JOIN nearside_setting AS s
  JOIN nearside_norm AS x ON x.item = p.item AND x.n <= p.n AND x.n > p.ended
  JOIN nearside_norm AS y ON y.item = p.neighbour AND y.n = x.n
  WHERE p.shoppers >= s.fewest_shoppers)
SELECT as_of, item, neighbour, together FROM ranked WHERE place <= 48;

-- Limit of the events, settings of this run, number of counted shoppers, and number of rows of the other files, so that
-- pretrain notices a missing file and one of an earlier run.
CREATE TABLE nearside_fact AS
SELECT 1 AS format, s.until_ms, s.fewest_shoppers, s.most_events,
  (SELECT COUNT(DISTINCT shopper) FROM nearside_rest) AS shoppers,
  (SELECT COUNT(*) FROM nearside_item) AS item_rows, (SELECT COUNT(*) FROM nearside_date) AS date_rows,
  (SELECT COUNT(*) FROM nearside_count) AS count_rows, (SELECT COUNT(*) FROM nearside_norm) AS norm_rows,
  (SELECT COUNT(*) FROM nearside_pair) AS pair_rows, (SELECT COUNT(*) FROM nearside_sample) AS sample_rows
FROM nearside_setting AS s;
