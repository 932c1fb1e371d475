-- JSON records with an array whose entries ("lines") become rows, see `json.ts`. In Parquet, an array may
-- come as {"list": [{"element": …}]}.
CREATE OR REPLACE MACRO array_members(value) AS CASE json_type(value)
  WHEN 'ARRAY' THEN CAST(value AS JSON[])
  WHEN 'OBJECT' THEN json_extract(value, '$.list[*].element') END;

CREATE OR REPLACE MACRO members_at(record, path) AS CASE
  WHEN len(array_members(json_extract(record, path))) > 0 THEN array_members(json_extract(record, path)) END;

-- The lines inside a line, each with the outer line's fields; the line itself if no line is inside.
CREATE OR REPLACE MACRO spread(line, name) AS CASE
  WHEN members_at(line, '$.' || name) IS NOT NULL THEN list_transform(members_at(line, '$.' || name),
      lambda inner_line: json_merge_patch(json_merge_patch(line, json_object(name, NULL)), inner_line))
  ELSE [line] END;

-- Lines of a record; [NULL] if it has none. Snowplow's columns may end in the schema's whole version
-- (BigQuery), or be in capitals (Snowflake).
CREATE OR REPLACE MACRO record_lines(record) AS coalesce(
  members_at(record, '$.items'),
  members_at(record, '$.line_items'),
  flatten(list_transform(members_at(record, '$.actionDetails'), lambda action: spread(action, 'itemDetails'))),
  members_at(record, '$.contexts_com_snowplowanalytics_snowplow_ecommerce_product_1'),
  members_at(record, '$.contexts_com_snowplowanalytics_snowplow_ecommerce_product_1_0_0'),
  members_at(record, '$.CONTEXTS_COM_SNOWPLOWANALYTICS_SNOWPLOW_ECOMMERCE_PRODUCT_1'),
  flatten(list_transform(members_at(record, '$."@graph"'), lambda product: spread(product, 'hasVariant'))),
  CASE WHEN members_at(record, '$.hasVariant') IS NULL THEN [CAST(NULL AS JSON)]
    ELSE spread(record, 'hasVariant') END);

CREATE OR REPLACE MACRO event_params(record) AS
  array_members(json_extract(record, '$.event_params'));

-- The one value that is set in {key, value: {string_value, int_value, double_value, float_value}}.
CREATE OR REPLACE MACRO event_param(params, name) AS list_filter(
  json_extract_string(list_filter(params, lambda entry: json_extract_string(entry, '$.key') = name)[1],
    ['$.value.string_value', '$.value.int_value', '$.value.double_value', '$.value.float_value']),
  lambda value: value IS NOT NULL)[1];
