-- Cells that hold several products: `2× Mug, 1× Tea pot` (WooCommerce Analytics), or
-- `name:Mug|sku:MG|quantity:2|total:15.00;…` (order export extensions).

CREATE OR REPLACE MACRO line_field(text, name) AS
  nullif(regexp_extract(text, '(?:^|\|)' || name || ':([^|]*)', 1), '');

CREATE OR REPLACE MACRO named_line(text) AS {
  'item': coalesce(line_field(text, 'sku'), line_field(text, 'product_id'), line_field(text, 'name')),
  'title': coalesce(line_field(text, 'name'), ''),
  'quantity': coalesce(line_field(text, 'quantity'), '1'),
  'price': coalesce(number_text(round(amount(coalesce(line_field(text, 'total'), line_field(text, 'item_total')))
    / nullif(amount(line_field(text, 'quantity')), 0), 2)), '')};

CREATE OR REPLACE MACRO counted_line(text) AS {
  'item': regexp_replace(text, '^\d+\s*[×x]\s*', ''),
  'title': regexp_replace(text, '^\d+\s*[×x]\s*', ''),
  'quantity': coalesce(nullif(regexp_extract(text, '^(\d+)\s*[×x]\s', 1), ''), '1'),
  'price': ''};

CREATE OR REPLACE MACRO order_lines(cell) AS CASE
  WHEN contains(cell, 'name:') THEN list_transform(
    list_filter(string_split(cell, ';'), lambda line: contains(line, 'name:')),
    lambda line: named_line(line))
  ELSE list_transform(string_split(
    regexp_replace(cell, ',\s*(\d+\s*[×x]\s)', chr(30) || '\1', 'g'), chr(30)),
    lambda line: counted_line(line)) END;
