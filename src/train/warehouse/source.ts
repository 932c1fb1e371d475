/**
 * @module The SQL query that reads a warehouse's log as one row per event and product. The log is GA4's export,
 * Snowplow's events, or any table whose columns are named.
 */
import { invalidInput } from '@nearside/core/error.ts'
import { DAY } from '@nearside/core/time.ts'
import type { NamedColumns, Role } from '../import/columns.ts'
import { identifier } from '../import/engine.ts'
import type { Dialect } from './dialects.ts'

type Layout = 'ga4' | 'snowplow' | 'table'

export interface Source {
  readonly layout: Layout
  /** Name of the table, with its schema. */
  readonly table: string
  /** Columns by role; only for a table without a known layout. */
  readonly columns: NamedColumns
}

/** Dialects in which the query can read the array of products in an event of GA4 or Snowplow. */
const NESTED: readonly Dialect[] = ['bigquery', 'databricks', 'duckdb']

/** Number of last days whose events GA4 still changes. */
export const GA4_DAYS = 3

/** @param name a table, or `ga4:TABLE` or `snowplow:TABLE` @throws NearsideError `input-invalid` */
export function parseSource(name: string, columns: NamedColumns, dialect: Dialect): Source {
  const [, layout, table] = /^(?:(ga4|snowplow):)?(.+)$/.exec(name) ?? []
  if (layout === undefined) {
    const missing = (['item', 'time'] as const).find((role) => columns[role] === undefined)
    if (missing || (columns.shopper === undefined && columns.device === undefined))
      throw invalidInput(
        `say --columns ${missing ?? 'shopper'}=COLUMN: a table needs item, time, and shopper or device`,
      )
    return { layout: 'table', table, columns }
  }
  if (Object.keys(columns).length > 0)
    throw invalidInput(`${layout}: has columns of its own: leave --columns out`)
  if (!NESTED.includes(dialect) || (layout === 'ga4' && dialect === 'databricks'))
    throw invalidInput(
      `${layout} is not known in ${dialect}: make a view with one row per event and product, and name its columns by --columns`,
    )
  return { layout: layout as Layout, table, columns }
}

/** SQL for the default exclusive limit of the events. GA4 revises its last days, and its newest day is incomplete. */
export function lastSettled(layout: Layout): string {
  return layout === 'ga4'
    ? `FLOOR(MAX(moment) / ${DAY}.0) * ${DAY} - ${GA4_DAYS * DAY}`
    : 'MAX(moment) + 1'
}

export function sourceRows(dialect: Dialect, { layout, table, columns }: Source): string {
  const from = tableName(dialect, table)
  if (layout === 'ga4') return ga4Rows(from)
  if (layout === 'snowplow') return snowplowRows(from)
  const column = (role: Role) => {
    const name = columns[role]
    return name === undefined ? undefined : `e.${nameOf(name)}`
  }
  return rows(
    {
      shopper: [column('shopper'), column('device')],
      item: [column('item')],
      event: [column('event') ?? "'purchase'"],
      session: [column('session') ?? column('order')],
      title: [column('title')],
      category: [column('category')],
      brand: [column('brand')],
    },
    `nearside_millis(CAST(${column('time')} AS TIMESTAMP))`,
    column('price'),
    `FROM ${from} AS e`,
  )
}

function ga4Rows(from: string): string {
  const session = `(SELECT p.value.int_value FROM UNNEST(e.event_params) AS v(p) WHERE p.key = 'ga_session_id')`
  return rows(
    {
      shopper: ['e.user_id', 'e.user_pseudo_id'],
      item: ['i.item_id', 'i.item_name'],
      event: ['e.event_name'],
      session: [session],
      title: ['i.item_name'],
      category: ['i.item_category2', 'i.item_category'],
      brand: ['i.item_brand'],
    },
    'CAST(FLOOR(e.event_timestamp / 1000.0) AS BIGINT)',
    'i.price',
    `FROM ${from} AS e CROSS JOIN UNNEST(e.items) AS u(i)`,
  )
}

/** Reads the columns that Snowplow's loaders write for version 1 of the schemas. */
function snowplowRows(from: string): string {
  const schema = 'com_snowplowanalytics_snowplow_ecommerce'
  return rows(
    {
      shopper: ['e.user_id', 'e.domain_userid', 'e.network_userid'],
      item: ['i.id'],
      event: [`e.unstruct_event_${schema}_snowplow_ecommerce_action_1.type`],
      session: ['e.domain_sessionid'],
      title: ['i.name'],
      category: ['i.category'],
      brand: ['i.brand'],
    },
    'nearside_millis(CAST(COALESCE(e.derived_tstamp, e.collector_tstamp) AS TIMESTAMP))',
    'i.price',
    `FROM ${from} AS e CROSS JOIN UNNEST(e.contexts_${schema}_product_1) AS u(i)`,
  )
}

/** @param texts SQL by column; of several expressions the first non-empty one counts, and GA4's `(not set)` is empty */
function rows(
  texts: Readonly<Record<string, readonly (string | undefined)[]>>,
  moment: string,
  price: string | undefined,
  from: string,
): string {
  const text = (expressions: readonly (string | undefined)[]) => {
    const filled = expressions
      .filter((one) => one !== undefined)
      .map((one) => `NULLIF(NULLIF(TRIM(CAST(${one} AS VARCHAR)), ''), '(not set)')`)
    if (filled.length === 0) return 'CAST(NULL AS VARCHAR)'
    return filled.length === 1 ? filled[0] : `COALESCE(${filled.join(', ')})`
  }
  const { shopper, ...others } = texts
  const named = Object.entries(others).map(
    ([name, expressions]) => `${text(expressions)} AS ${name}`,
  )
  // An e-mail address names the same shopper in upper and lower case.
  const who = text(shopper)
  return `SELECT CASE WHEN ${who} LIKE '%@%' THEN LOWER(${who}) ELSE ${who} END AS shopper,
    ${named.join(', ')}, ${moment} AS moment, CAST(${price ?? 'NULL'} AS DOUBLE) AS price ${from}`
}

/** Quotes a name only if needed, because warehouses differ in the case of quoted names. */
function nameOf(name: string): string {
  return /^([a-z_][a-z0-9_]*|[A-Z_][A-Z0-9_]*)$/.test(name) ? name : identifier(name)
}

/** Quotes a table's name. BigQuery quotes the whole path; other warehouses quote its parts. */
function tableName(dialect: Dialect, table: string): string {
  return dialect === 'bigquery' ? identifier(table) : table.split('.').map(nameOf).join('.')
}
