/**
 * @module One line of JSON as flat records. GA4's BigQuery export nests: `ecommerce.transaction_id`,
 * `event_params` as key-value pairs, and an `items` array, of which each entry becomes a record.
 * @see https://support.google.com/analytics/answer/7029846
 */

type Flat = Map<string, string>

/** `[null]` for a line that is not a JSON object. */
export function flattenRecord(text: string): (Flat | null)[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return [null]
  }
  if (!isObject(value)) return [null]
  const shared: Flat = new Map()
  let lines: unknown[] = []
  for (const [key, field] of Object.entries(value)) {
    if (key === 'event_params' && Array.isArray(field)) addParams(shared, field)
    else if (LINE_ITEMS.has(key) && Array.isArray(field)) lines = field
    else addField(shared, key, field)
  }
  if (lines.length === 0) return [shared]
  return lines.map((line) => {
    const record = new Map(shared)
    if (isObject(line))
      for (const [key, field] of Object.entries(line)) addField(record, key, field)
    return record
  })
}

/** GA4's name, and Shopify's in its order API. */
const LINE_ITEMS: ReadonlySet<string> = new Set(['items', 'line_items'])

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function addField(record: Flat, key: string, value: unknown): void {
  if (typeof value === 'string') record.set(key, value)
  else if (typeof value === 'number' || typeof value === 'boolean') record.set(key, String(value))
  else if (isObject(value))
    for (const [inner, field] of Object.entries(value)) addField(record, `${key}.${inner}`, field)
}

/** `{ key, value: { string_value | int_value | … } }`; fields of the record itself win. */
function addParams(record: Flat, params: readonly unknown[]): void {
  for (const param of params) {
    if (!isObject(param) || typeof param.key !== 'string' || !isObject(param.value)) continue
    const set = Object.values(param.value).find((value) => value !== null && value !== undefined)
    if (set !== undefined && !record.has(param.key)) addField(record, param.key, set)
  }
}
