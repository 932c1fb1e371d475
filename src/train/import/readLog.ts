/** @module Loads a log file into the engine's table `event`, and counts the lines that it can't use. */
import { invalidInput } from '@nearside/core/error.ts'
import {
  type Columns,
  mapColumns,
  type NamedColumns,
  type Role,
  requireColumn,
  rolesIn,
  roleText,
} from './columns.ts'
import { quote, type SqlEngine } from './engine.ts'
import { EVENT_ALIASES } from './eventNames.ts'
import { type Layout, recogniseLayout } from './layouts.ts'
import type { Source } from './source.ts'

/** Whether the day or the month comes first in dates such as `1/12/2010`. */
export type DateOrder = 'mdy' | 'dmy'

export interface LogOptions {
  readonly columns: NamedColumns
  readonly dateOrder?: DateOrder
  /** Whether the import also reads a catalog, which may have the product columns that a flag names. */
  readonly hasCatalog?: boolean
}

/** Counts for one file; `lines` = `kept` + the counts of `dropped`. */
export interface FileReport {
  readonly file: string
  readonly layout: string | null
  readonly columns: Readonly<Record<string, string>>
  readonly lines: number
  readonly kept: number
  readonly dropped: Readonly<Record<string, number>>
  /** Line numbers of the first dropped lines, by reason. */
  readonly examples: Readonly<Record<string, readonly number[]>>
  /** Number of kept lines that lost a field, by reason. */
  readonly lost: Readonly<Record<string, number>>
}

/** Name of the layout of a log without times, for the report. */
export const SEQUENCES =
  'sequences: one shopper per line, without times; invented days encode the order'

const LOG_ROLES = rolesIn(
  'shopper device time item session order quantity price currency event query dwell title category brand status cancelled test lines record',
)

/** Roles whose columns can be in the catalog instead of the log. */
const PRODUCT_ROLES: readonly Role[] = ['price', 'currency', 'title', 'category', 'brand']

/** Separator of the roles whose columns are joined. For other roles, the first non-empty column counts. */
const JOINED: Readonly<Partial<Record<Role, string>>> = { options: ' / ', test: ', ' }

/** Fills the table `event` from one log. @throws NearsideError `input-invalid` */
export async function readLog(
  engine: SqlEngine,
  source: Source,
  options: LogOptions,
  isClicks: boolean,
): Promise<FileReport> {
  const layout = recogniseLayout(source.columns)
  const columns = mapColumns(
    source,
    layout,
    LOG_ROLES,
    options.columns,
    (role) => isClicks || (options.hasCatalog === true && PRODUCT_ROLES.includes(role)),
  )
  requireColumn(source, columns, ['shopper', 'device'])
  requireColumn(source, columns, ['time'])
  // A log that contains only search queries has no items.
  if (!isClicks || !columns.query) requireColumn(source, columns, ['item', 'lines'])
  await loadRaw(engine, 'raw', source, columns, LOG_ROLES)
  if (layout?.carry) await engine.runFile('carry')
  await engine.set({
    log: isClicks ? 1 : 0,
    has_event: columns.event !== undefined,
    default_event: isClicks ? 'view_item' : 'purchase',
    date_order: options.dateOrder ?? (await guessDateOrder(engine, source.name)),
    price_comma: await usesComma(engine, 'raw', 'price'),
    quantity_comma: await usesComma(engine, 'raw', 'quantity'),
    item_pattern: layout?.itemPattern ?? null,
    cancel_pattern: layout?.cancelPattern ?? null,
  })
  const aliases = EVENT_ALIASES.map(({ alias, event }) => `(${quote(alias)}, ${quote(event)})`)
  await engine.run(
    `CREATE OR REPLACE TEMP TABLE event_alias AS SELECT * FROM (VALUES ${aliases}) AS t(name, event)`,
  )
  await engine.runFile('log')
  return {
    ...(await describeFile(engine, 'verdict', source, layout, columns)),
    lost: await countLost(engine, 'verdict', { 'bad price': `price <> '' AND paid IS NULL` }),
  }
}

/**
 * Counts the kept rows that meet each condition; omits conditions that no row meets.
 * @param verdict view with each row's `reason` for being dropped, or NULL
 * @param conditions SQL by reason
 */
export async function countLost(
  engine: SqlEngine,
  verdict: string,
  conditions: Readonly<Record<string, string>>,
): Promise<FileReport['lost']> {
  const counts = Object.values(conditions).map((one) => `count(*) FILTER (${one})::DOUBLE`)
  const { all } = await engine.row(
    `SELECT [${counts}] AS "all" FROM ${verdict} WHERE reason IS NULL`,
  )
  const pairs = Object.keys(conditions).map((reason, k) => [reason, (all as number[])[k]] as const)
  return Object.fromEntries(pairs.filter(([, count]) => count > 0))
}

/** Loads the columns of all roles as text into a table. Unreadable rows have a `problem`. */
export async function loadRaw(
  engine: SqlEngine,
  table: string,
  source: Source,
  columns: Columns,
  roles: readonly Role[],
): Promise<void> {
  const isCell = (role: Role) => ['item', 'title', 'quantity', 'price'].includes(role)
  const fields = roles.map((role) => {
    const text =
      columns.lines && isCell(role)
        ? `coalesce(cell.${role}, '')`
        : roleText(source, columns, role, JOINED[role])
    return `${text} AS "${role}"`
  })
  const cells = columns.lines
    ? `, unnest(order_lines(${roleText(source, columns, 'lines', ';')})) AS cell`
    : ''
  const key = `md5_number(${source.wholeRow(columns.record && roleText(source, columns, 'record'))}${columns.lines ? ' || CAST(cell AS VARCHAR)' : ''})`
  const relation = source.relation()
  await engine.run(`CREATE OR REPLACE TABLE ${table} AS
    SELECT row_number() OVER () AS n, line, ${fields.join(', ')}, ${key} AS row_key,
      CASE WHEN NOT readable THEN 'unreadable line' END AS problem
    FROM (SELECT *${cells} FROM ${relation})`)
  if (source.unread)
    await engine.run(`INSERT INTO ${table} (n, line, ${roles.map((role) => `"${role}"`).join(', ')}, problem)
      SELECT (SELECT count(*) FROM ${table}) + row_number() OVER (ORDER BY line), line,
        ${roles.map(() => `''`).join(', ')},
        CASE WHEN isOpen THEN 'quote that is never closed' ELSE 'unreadable line' END
      FROM (${source.unread})`)
}

/** @param verdict view with each row's `line`, and its `reason` for being dropped, or NULL */
export async function describeFile(
  engine: SqlEngine,
  verdict: string,
  source: Source,
  layout: Layout | undefined,
  columns: Columns,
): Promise<Omit<FileReport, 'lost'>> {
  const rows = await engine.rows(`SELECT reason, count(*)::DOUBLE AS count,
    list_sort(list_distinct(min(line, 3)))::DOUBLE[] AS lines
    FROM ${verdict} GROUP BY reason ORDER BY count DESC, reason`)
  const dropped = rows.filter(({ reason }) => reason !== null)
  const kept = Number(rows.find(({ reason }) => reason === null)?.count ?? 0)
  return {
    file: source.name,
    layout: source.form === 'sequences' ? SEQUENCES : (layout?.name ?? null),
    columns: Object.fromEntries(
      Object.entries(columns).map(([role, names]) => [role, names.join(', ')]),
    ),
    lines: rows.reduce((sum, { count }) => sum + Number(count), 0),
    kept,
    dropped: Object.fromEntries(
      dropped.map(({ reason, count }) => [String(reason), Number(count)]),
    ),
    examples: Object.fromEntries(
      dropped.map(({ reason, lines }) => [String(reason), lines as number[]]),
    ),
  }
}

/** Whether a column uses a decimal comma: some value has one, and no value has a decimal point. */
export async function usesComma(engine: SqlEngine, table: string, column: Role): Promise<boolean> {
  const { comma } = await engine.row(`SELECT
    coalesce(bool_or(regexp_matches("${column}", ',\\d{1,2}\\D*$')), false)
    AND NOT coalesce(bool_or(regexp_matches("${column}", '\\.\\d{1,2}\\D*$')), false) AS comma
    FROM ${table}`)
  return comma === true
}

/** @throws NearsideError `input-invalid` unless exactly one order of day and month fits all times of the log */
async function guessDateOrder(engine: SqlEngine, file: string): Promise<DateOrder | null> {
  const orders = await dateOrders(engine, 'raw', 'time')
  if (orders.length === 1) return orders[0]
  throw invalidInput(
    `${file}: the dates do not tell whether day or month comes first: say --date-order dmy or mdy`,
  )
}

/** Orders of day and month that fit all dates such as `1/12/2010` of a column; `[null]` if it has no such dates. */
export async function dateOrders(
  engine: SqlEngine,
  table: string,
  column: Role,
): Promise<readonly (DateOrder | null)[]> {
  const { slashed, dmy, mdy } = await engine.row(`SELECT count(*)::DOUBLE AS slashed,
    coalesce(bool_and(month <= 12), true) AS dmy, coalesce(bool_and(day <= 12), true) AS mdy
    FROM (SELECT
      CAST(regexp_extract("${column}", '^(\\d+)[/.-](\\d+)', 1) AS INTEGER) AS day,
      CAST(regexp_extract("${column}", '^(\\d+)[/.-](\\d+)', 2) AS INTEGER) AS month
      FROM ${table} WHERE slashed("${column}"))`)
  if (slashed === 0) return [null]
  return [...(dmy ? ['dmy' as const] : []), ...(mdy ? ['mdy' as const] : [])]
}

export function describeDrops({ dropped }: FileReport): string {
  return Object.entries(dropped)
    .map(([reason, count]) => `${reason}: ${count}`)
    .join(', ')
}
