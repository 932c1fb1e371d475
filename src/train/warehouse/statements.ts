/**
 * @module Makes the statements that `nearside sql` prints. In the shop's data warehouse, they turn the log into
 * partials: tables of a sample of shoppers, and of sums over the others.
 */
import { readFile } from 'node:fs/promises'
import type { EventName } from '@nearside/core/events/event.ts'
import { eventStrength } from '@nearside/core/events/strength.ts'
import { quote } from '../import/engine.ts'
import { EVENT_ALIASES } from '../import/eventNames.ts'
import { type Dialect, TRAITS, translate } from './dialects.ts'
import { lastSettled, type Source, sourceRows } from './source.ts'

/** Minimum number of shoppers behind each written row of sums, each product, and each text of a product. */
export const FEWEST_SHOPPERS = 10
/** Maximum number of views, carts, wishes and purchases in the sample of shoppers. */
export const MOST_EVENTS = 1_000_000

/** Tables that become files. */
export const PARTIALS = ['fact', 'item', 'date', 'count', 'norm', 'pair', 'sample'] as const

export interface PartialOptions extends Source {
  /** Exclusive limit of the events, milliseconds since the epoch; null for the newest event. */
  readonly until: number | null
  /** Secret salt of the shoppers' hashes, which decide who is in the sample. */
  readonly salt: string
  readonly fewestShoppers?: number
  readonly mostEvents?: number
}

/** @throws NearsideError as `translate` */
export async function partialStatements(
  dialect: Dialect,
  source: PartialOptions,
): Promise<readonly string[]> {
  const { before, made, store } = TRAITS[dialect]
  const counts = await readFile(new URL('sql/partials.sql', import.meta.url), 'utf8')
  const script = [
    `CREATE TABLE nearside_source AS ${sourceRows(dialect, source)}`,
    `CREATE TABLE nearside_setting AS ${settings(source)}`,
    `CREATE TABLE nearside_name AS ${eventNames()}`,
    counts,
  ]
  const makings = (await translate(script.join(';\n'), dialect)).map((statement) => {
    const [, table = ''] = /CREATE TABLE (nearside_\w+)/.exec(statement) ?? []
    return { statement, table }
  })
  const drops = makings.map(({ table }) => `DROP TABLE IF EXISTS ${table}`)
  return [
    ...before,
    ...drops,
    ...makings.flatMap(({ statement, table }) => [statement, ...(made ? [made(table)] : [])]),
    ...PARTIALS.map((name) => store(`nearside_${name}`, name)),
    ...drops,
  ]
}

function settings({ layout, until, salt, fewestShoppers, mostEvents }: PartialOptions): string {
  const limit = until ?? `(SELECT ${lastSettled(layout)} FROM nearside_source)`
  return `SELECT ${fewestShoppers ?? FEWEST_SHOPPERS} AS fewest_shoppers, ${mostEvents ?? MOST_EVENTS} AS most_events,
    ${quote(salt)} AS salt, CAST(${limit} AS BIGINT) AS until_ms`
}

function eventNames(): string {
  const rows = EVENT_ALIASES.filter(({ event }) => event !== 'refund').map(({ alias, event }) => {
    const strength = Math.fround(eventStrength(event as EventName))
    return `SELECT ${quote(alias)} AS alias, ${quote(event)} AS event, CAST(${strength} AS DOUBLE) AS strength`
  })
  return rows.join(' UNION ALL ')
}
