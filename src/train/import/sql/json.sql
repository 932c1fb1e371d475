-- JSON records whose lines are an array: `items` (GA4), `line_items` (shop APIs), `@graph` (JSON-LD),
-- `hasVariant` (a group of products in JSON-LD); in Parquet, an array may come as
-- {"list": [{"element": …}]}.

CREATE OR REPLACE MACRO array_members(value) AS CASE json_type(value)
  WHEN 'ARRAY' THEN CAST(value AS JSON[])
  WHEN 'OBJECT' THEN json_extract(value, '$.list[*].element') END;

-- A group's variants with what it says for all of them; itself where it has none.
CREATE OR REPLACE MACRO variants(product) AS CASE
  WHEN coalesce(len(array_members(json_extract(product, '$.hasVariant'))), 0) > 0
    THEN list_transform(array_members(json_extract(product, '$.hasVariant')),
      lambda variant: json_merge_patch(json_merge_patch(product, '{"hasVariant":null}'), variant))
  ELSE [product] END;

-- One row without a line for a record that has none.
CREATE OR REPLACE MACRO record_lines(record) AS CASE
  WHEN coalesce(len(array_members(json_extract(record, '$.items'))), 0) > 0
    THEN array_members(json_extract(record, '$.items'))
  WHEN coalesce(len(array_members(json_extract(record, '$.line_items'))), 0) > 0
    THEN array_members(json_extract(record, '$.line_items'))
  WHEN coalesce(len(array_members(json_extract(record, '$."@graph"'))), 0) > 0
    THEN flatten(list_transform(array_members(json_extract(record, '$."@graph"')),
      lambda product: variants(product)))
  WHEN coalesce(len(array_members(json_extract(record, '$.hasVariant'))), 0) > 0 THEN variants(record)
  ELSE [CAST(NULL AS JSON)] END;

CREATE OR REPLACE MACRO event_params(record) AS
  array_members(json_extract(record, '$.event_params'));

-- Of {key, value: {string_value, int_value, double_value, float_value}} the value that is set.
CREATE OR REPLACE MACRO event_param(params, name) AS list_filter(
  json_extract_string(list_filter(params, lambda entry: json_extract_string(entry, '$.key') = name)[1],
    ['$.value.string_value', '$.value.int_value', '$.value.double_value', '$.value.float_value']),
  lambda value: value IS NOT NULL)[1];
