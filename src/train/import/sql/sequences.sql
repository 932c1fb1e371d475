-- Each line of text_lines is `shopper item item …`. The last item gets a day that is too long ago to be
-- mistaken for a real one; each earlier item gets the day before the next item's.
CREATE OR REPLACE TEMP VIEW sequence_clicks AS
SELECT line, len(fields) > 1 AS readable, fields[1] AS shopper, fields[place + 1] AS item,
  strftime(DATE '2000-12-31' - CAST(len(fields) - 1 - place AS INTEGER), '%Y-%m-%d') AS time
FROM (
  SELECT line, fields, unnest(range(1, greatest(len(fields), 2))) AS place
  FROM (
    SELECT line, list_filter(string_split(text, ' '), lambda field: field <> '') AS fields
    FROM text_lines));
