-- Each click is a line `session item`, each period a file (period_files, in order). Each period gets a
-- week from an invented Monday on, with its clicks spread evenly, at whole seconds if the week has
-- enough. Shoppers are unknown beyond a session, so each session is a shopper of its own.
CREATE OR REPLACE TEMP VIEW period_clicks AS
SELECT place AS line, len(fields) = 2 AS readable, fields[1] AS shopper, fields[1] AS session,
  fields[2] AS item, 'view_item' AS event,
  strftime(make_timestamp_ms(epoch_ms(DATE '2000-01-03')
    + ((period - 1) * 604800 + (place - 1) * greatest(1, 604800 // clicks)) * 1000),
    '%Y-%m-%d %H:%M:%SZ') AS time
FROM (
  SELECT *, row_number() OVER (PARTITION BY period ORDER BY number) AS place,
    count(*) OVER (PARTITION BY period) AS clicks
  FROM (
    SELECT row_number() OVER () AS number,
      list_position(getvariable('period_files'), filename) AS period,
      list_filter(regexp_split_to_array(text, '\s+'), lambda field: field <> '') AS fields
    FROM read_csv(getvariable('period_files'), header = false, auto_detect = false,
      delim = E'\x01', quote = '', escape = '', columns = {text: 'VARCHAR'}, filename = true)))
WHERE len(fields) > 0
ORDER BY period, place;
