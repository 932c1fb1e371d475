/**
 * @module Reads JSON records as columns. Nested fields become dotted names (`ecommerce.transaction_id`). Each entry (a
 * "line") of some arrays becomes a row: `items` of GA4, `line_items` of shop APIs, Matomo's actions and their items,
 * Snowplow's products, JSON-LD's `@graph` and `hasVariant`. Of other arrays only the first entry is read. GA4's
 * `event_params` become columns.
 * @see https://support.google.com/analytics/answer/7029846
 */
import { isRecord } from '@nearside/core/isRecord.ts'
import { jsonOrNull } from '@nearside/core/reading.ts'
import type { SqlEngine } from './engine.ts'
import type { Source } from './source.ts'

/** Number of records whose keys become columns. */
const SAMPLE = 2000
const LINES =
  /^(items|line_items|@graph|actionDetails|contexts_com_snowplowanalytics_snowplow_ecommerce_product_1(_0_0)?)$/i
/** A list of at least this many numbers counts as a vector, which is one value. */
const VECTOR = 16
/** Fields of an entry that contain further entries, such as the variants of a product. */
const INNER = ['hasVariant', 'itemDetails']

/** Where a column's text is: at a path in the record or in an entry of its array, or in GA4's `event_params`. */
type Place =
  | { readonly in: 'record' | 'line'; readonly path: string }
  | { readonly parameter: string }

/** @param records SQL query whose rows have the columns `line` and `text` */
export async function jsonSource(
  engine: SqlEngine,
  name: string,
  records: string,
): Promise<Source> {
  const places = new Map<string, Place>()
  for (const { text } of await engine.rows(`SELECT text FROM (${records}) LIMIT ${SAMPLE}`))
    collect(places, jsonOrNull(String(text)))
  const asked: Record<'record' | 'line', string[]> = { record: [], line: [] }
  const ask = (where: 'record' | 'line', path: string) => {
    const known = asked[where].indexOf(path)
    return `${where}_fields[${known >= 0 ? known + 1 : asked[where].push(path)}]`
  }
  return {
    name,
    form: 'json',
    columns: [...places.keys()],
    column(column) {
      const place = places.get(column)
      if (!place) return 'NULL'
      if ('parameter' in place)
        return `event_param(params, '${place.parameter.replaceAll("'", "''")}')`
      return ask(place.in, place.path)
    },
    wholeRow: (id) =>
      `concat_ws(chr(31), ${id === undefined ? 'text' : `coalesce(nullif(${id}, ''), text)`}, CAST(item AS VARCHAR))`,
    relation: () => `(
      SELECT line, readable, text, item, event_params(text) AS params,
        json_extract_string(text, ${list(asked.record)}) AS record_fields,
        json_extract_string(item, ${list(asked.line)}) AS line_fields
      FROM (SELECT line, readable, text, unnest(record_lines(text)) AS item FROM (
        SELECT line, CASE WHEN json_valid(text) THEN json_type(text) = 'OBJECT' ELSE false END AS readable,
          CASE WHEN readable THEN text ELSE '{}' END AS text
        FROM (${records}))))`,
  }
}

/** SQL list of paths. Instead of an empty list, which DuckDB rejects, it has a path that matches nothing. */
function list(paths: readonly string[]): string {
  return `[${['$."\u0001"', ...paths].slice(paths.length > 0 ? 1 : 0).map((path) => `'${path.replaceAll("'", "''")}'`)}]`
}

function collect(places: Map<string, Place>, record: unknown): void {
  if (!isRecord(record)) return
  for (const [key, value] of Object.entries(record)) {
    if (key === 'event_params') {
      for (const entry of membersOf(value))
        if (isRecord(entry) && typeof entry.key === 'string' && !places.has(entry.key))
          places.set(entry.key, { parameter: entry.key })
    } else if (LINES.test(key) && (Array.isArray(value) || isRecord(value))) {
      for (const entry of membersOf(value).flatMap(spread))
        addFields(places, 'line', '', '$', entry)
    } else if (key === 'hasVariant') {
      for (const entry of spread(record)) addFields(places, 'line', '', '$', entry)
    } else addFields(places, 'record', key, `$.${JSON.stringify(key)}`, value)
  }
}

/** Expands an entry that contains further entries, as the macro `spread` in `sql/json.sql` does. */
function spread(line: unknown): readonly unknown[] {
  const key = isRecord(line) && INNER.find((name) => membersOf(line[name]).some(isRecord))
  if (!key || !isRecord(line)) return [line]
  const { [key]: inner, ...shared } = line
  return membersOf(inner)
    .filter(isRecord)
    .map((one) => ({ ...shared, ...one }))
}

/** Members of an array, which Parquet stores as `{ list: [{ element }] }`. */
function membersOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  const list = isRecord(value) && Array.isArray(value.list) ? value.list : []
  return list.map((entry) => (isRecord(entry) ? entry.element : undefined))
}

/**
 * Notes the place of each field of a value. A field of an array's entry takes precedence over the record's field of the
 * same name.
 */
function addFields(
  places: Map<string, Place>,
  where: 'record' | 'line',
  name: string,
  path: string,
  value: unknown,
): void {
  const known = places.get(name)
  if (isRecord(value)) {
    for (const [key, inner] of Object.entries(value))
      addFields(
        places,
        where,
        name === '' ? key : `${name}.${key}`,
        `${path}.${JSON.stringify(key)}`,
        inner,
      )
  } else if (Array.isArray(value)) {
    // A list is one value if it has the words of a Snowplow query, is a vector, or was one value in an earlier record.
    const whole =
      (name.endsWith('.terms') && value.every((one) => typeof one === 'string')) ||
      (value.length >= VECTOR && typeof value[0] === 'number') ||
      (known && 'path' in known && known.path === path)
    if (whole) places.set(name, { in: where, path })
    else if (value.length > 0) addFields(places, where, name, `${path}[0]`, value[0])
  } else if (where === 'line' || !(known && 'in' in known && known.in === 'line')) {
    places.set(name, { in: where, path })
  }
}
