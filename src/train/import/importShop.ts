/** @module From order log, clicks and catalog to a shop folder with a report. */

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Item } from '../../core/catalog/item.ts'
import { NearsideError } from '../../core/error.ts'
import { DAY } from '../../core/time.ts'
import type { Encoding } from '../shop/lines.ts'
import { formatTime } from '../shop/time.ts'
import { type ShopEvent, type WrittenFile, writeShop } from '../shop/write.ts'
import { type DropReason, LogCleaner } from './cleanLog.ts'
import { mapColumns, presentColumns, type Role, requireColumns } from './columns.ts'
import { createDateParser, type DateOrder, guessDateOrder } from './date.ts'
import { FactCollector, type ItemFacts } from './itemFacts.ts'
import { recogniseLayout } from './layout.ts'
import { openPeriods } from './periodFiles.ts'
import { openSequences } from './sequences.ts'
import { openTable, type Table } from './table.ts'

export interface ImportOptions {
  readonly orders: string
  readonly clicks?: string
  readonly out: string
  readonly columns?: Readonly<Partial<Record<Role, string>>>
  readonly currency?: string
  readonly itemPattern?: RegExp
  readonly cancelPattern?: RegExp
  readonly dateOrder?: DateOrder
  readonly timeZone?: string
  readonly delimiter?: string
  readonly encoding?: Encoding
  readonly onProgress?: (label: string, done: number, total: number) => void
  readonly signal?: AbortSignal
  /** Other choices that the report should name. */
  readonly settings?: Readonly<Record<string, string | number | undefined>>
  /** Makes the items from what the log says about them. */
  readonly buildCatalog: (facts: readonly ItemFacts[], log: ImportedLog) => Promise<readonly Item[]>
}

export interface ImportedLog {
  readonly events: readonly ShopEvent[]
  /** Of the last event. */
  readonly to: number
  readonly currency: string | undefined
}

/** Counts of one log; `lines` = `kept` + the sum of `dropped`. */
export interface LogReport {
  readonly file: string
  readonly layout: string | null
  readonly columns: Readonly<Record<string, string>>
  readonly lines: number
  readonly kept: number
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>
}

export interface ImportReport {
  readonly format: 1
  /** What was asked for beyond the files; patterns as regular expressions. */
  readonly settings: Readonly<Record<string, string | number>>
  readonly logs: readonly LogReport[]
  readonly shop: {
    readonly items: number
    readonly shoppers: number
    readonly sessions: number
    readonly events: number
    readonly from: string
    readonly to: string
    readonly dayOnly: boolean
    readonly titled: number
    readonly priced: number
    readonly available: number
    /** Name → items, largest first. */
    readonly categories: Readonly<Record<string, number>>
  }
  readonly files: readonly WrittenFile[]
}

/** The report's names of logs without times; their readers invent some that keep the order. */
const WITHOUT_TIMES: Readonly<Partial<Record<Table['form'], string>>> = {
  sequences: 'sequences: a shopper a line, without times; days stand for the order',
  periods: 'periods: a file each, without times; weeks from 2000-01-03 stand for the periods',
}

const LOG_ROLES: readonly Role[] = [
  'shopper',
  'time',
  'item',
  'session',
  'quantity',
  'price',
  'currency',
  'event',
  'query',
  'dwell',
  'title',
]

/**
 * Writes `catalog.jsonl.gz`, `events.tsv.gz` and `report.json` into `out`.
 * @throws NearsideError `input-invalid`, `catalog-invalid`, `aborted`
 */
export async function importShop(options: ImportOptions): Promise<ImportReport> {
  const facts = new FactCollector()
  const events: ShopEvent[] = []
  const currencies = new Map<string, number>()
  const logs: LogReport[] = []
  let dayOnly = false
  for (const [path, isClicks] of [
    [options.orders, false],
    [options.clicks, true],
  ] as const) {
    if (path === undefined) continue
    const label = isClicks ? 'reading clicks' : 'reading orders'
    const tableOptions = {
      encoding: options.encoding,
      delimiter: options.delimiter,
      onProgress: (done: number, total: number) => options.onProgress?.(label, done, total),
    }
    const table =
      (await openPeriods(path, tableOptions)) ??
      (await openSequences(path, tableOptions)) ??
      (await openTable(path, tableOptions))
    const { cleaner, report } = prepare(table, options, isClicks)
    for await (const rows of table.rows()) {
      if (options.signal?.aborted) throw new NearsideError('aborted', 'import: stopped')
      for (const row of rows) {
        const clean = cleaner.clean(row)
        if (!clean) continue
        events.push(clean.event)
        facts.add(clean)
        if (clean.currency !== '')
          currencies.set(clean.currency, (currencies.get(clean.currency) ?? 0) + 1)
      }
    }
    dayOnly ||= cleaner.dayOnly
    logs.push(report())
  }
  if (events.length === 0)
    throw new NearsideError(
      'input-invalid',
      `${logs[0].file}: no line could be used (${describeDrops(logs[0])})`,
    )
  const { from, to } = span(events)
  const items = await options.buildCatalog(facts.facts(), {
    events,
    to,
    currency: options.currency ?? mostFrequent(currencies),
  })
  await mkdir(options.out, { recursive: true })
  const files = await writeShop(options.out, items, events, { dayOnly })
  const report: ImportReport = {
    format: 1,
    settings: namedSettings(options),
    logs,
    shop: {
      ...countItems(items),
      shoppers: new Set(events.map(({ shopper }) => shopper)).size,
      sessions: new Set(events.map((e) => `${e.shopper}\t${e.session ?? Math.floor(e.time / DAY)}`))
        .size,
      events: events.length,
      from: formatTime(from),
      to: formatTime(to),
      dayOnly,
    },
    files,
  }
  await writeFile(join(options.out, 'report.json'), `${JSON.stringify(report, null, 2)}\n`)
  return report
}

function namedSettings(options: ImportOptions): Record<string, string | number> {
  const { currency, dateOrder, timeZone, itemPattern, cancelPattern, settings } = options
  const named: Record<string, string | number> = {}
  const all: Record<string, string | number | undefined> = {
    currency,
    dateOrder,
    timeZone,
    itemPattern: itemPattern?.source,
    cancelPattern: cancelPattern?.source,
    ...settings,
  }
  for (const [name, value] of Object.entries(all)) if (value !== undefined) named[name] = value
  return named
}

function prepare(table: Table, options: ImportOptions, isClicks: boolean) {
  const layout = recogniseLayout(table.columns)
  const named = isClicks ? presentColumns(table, options.columns) : options.columns
  const columns = mapColumns(table, LOG_ROLES, ['shopper', 'time'], named)
  // A log of queries alone names no items.
  if (!isClicks || columns.query === undefined) requireColumns(table, columns, ['item'])
  const times = table.sample.filter(({ problem }) => !problem)
  const order =
    options.dateOrder ?? guessDateOrder(times.map(({ values }) => values[columns.time!].trim()))
  const cleaner = new LogCleaner({
    columns,
    parseDate: createDateParser({ order, timeZone: options.timeZone }),
    defaultEvent: isClicks ? 'view_item' : 'purchase',
    itemPattern: options.itemPattern ?? layout?.itemPattern,
    cancelPattern: options.cancelPattern ?? layout?.cancelPattern,
    carryForward: layout?.carryForward,
  })
  const report = (): LogReport => ({
    file: table.name,
    layout: WITHOUT_TIMES[table.form] ?? layout?.name ?? null,
    columns: Object.fromEntries(
      Object.entries(columns).map(([role, column]) => [role, table.columns[column]]),
    ),
    lines: cleaner.read,
    kept: cleaner.kept,
    dropped: Object.fromEntries(Object.entries(cleaner.dropped).filter(([, count]) => count > 0)),
  })
  return { cleaner, report }
}

export function describeDrops({ dropped }: LogReport): string {
  return Object.entries(dropped)
    .map(([reason, count]) => `${reason}: ${count}`)
    .join(', ')
}

function span(events: readonly ShopEvent[]): { from: number; to: number } {
  let from = Number.POSITIVE_INFINITY
  let to = Number.NEGATIVE_INFINITY
  for (const { time } of events) {
    from = Math.min(from, time)
    to = Math.max(to, time)
  }
  return { from, to }
}

function mostFrequent(counts: ReadonlyMap<string, number>): string | undefined {
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0]
}

function countItems(items: readonly Item[]) {
  const categories = new Map<string, number>()
  for (const { category } of items)
    if (category) categories.set(category, (categories.get(category) ?? 0) + 1)
  return {
    items: items.length,
    titled: items.filter(({ title }) => title !== undefined).length,
    priced: items.filter(({ price }) => price !== undefined).length,
    available: items.filter(({ available }) => available !== false).length,
    categories: Object.fromEntries([...categories].sort((a, b) => b[1] - a[1])),
  }
}
