/** @module Imports an order log, clicks and a catalog into a shop folder with a report. */
import { createReadStream } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { Item } from '@nearside/core/catalog/item.ts'
import { invalidInput } from '@nearside/core/error.ts'
import type { WrittenFile } from '../shop/packFile.ts'
import { type NamedColumns, normalName, type Role } from './columns.ts'
import { quote, SqlEngine } from './engine.ts'
import { openOutput } from './output.ts'
import { addPictures, loadCatalog, mainCurrency, PRODUCTS, readItems } from './readCatalog.ts'
import { describeDrops, type FileReport, type LogOptions, readLog, SEQUENCES } from './readLog.ts'
import { openSource, type SourceOptions } from './source.ts'
import { type Match, type Sample, type ShopCounts, summarise } from './summary.ts'

interface ImportOptions extends Partial<LogOptions>, Omit<SourceOptions, 'onProgress'> {
  readonly orders: string
  readonly clicks?: string
  readonly catalog?: string
  readonly out: string
  /** Time of the import, milliseconds since the epoch; sales that ended earlier set no price. */
  readonly now: number
  readonly columns?: NamedColumns
  readonly currency?: string
  readonly timeZone?: string
  /** Without a catalog, items without a sale in the last `availableDays` days of the log are unavailable. */
  readonly availableDays?: number
  /** Whether shopper ids stay as in the files, for public data only; default: keyed hashes. */
  readonly keepShopperIds?: boolean
  /** Whether a shop in which no item has a title is accepted. */
  readonly allowUntitled?: boolean
  readonly dryRun?: boolean
  readonly onProgress?: (label: string, done: number, total: number) => void
  readonly signal?: AbortSignal
  /** Further settings to list in the report. */
  readonly settings?: Settings
  /** Final change to the items before they are written. */
  readonly refine?: (items: readonly Item[], lines: readonly OrderLine[]) => readonly Item[]
}

type Settings = Readonly<Record<string, string | number | undefined>>

export interface OrderLine {
  readonly shopper: string
  readonly session?: string
  readonly time: number
  readonly item: string
}

export interface ImportReport {
  readonly format: 2
  readonly settings: Settings
  readonly logs: readonly FileReport[]
  readonly catalog: FileReport | null
  /** Null without a catalog. */
  readonly match: Match | null
  readonly shop: ShopCounts
  readonly files: readonly WrittenFile[]
}

/**
 * Writes `catalog.jsonl.gz`, `events.tsv.gz` and `report.json` into `out`, and the secret key of the shopper-id hashes
 * beside it (`out.key`), readable by its owner only. All files appear once all are complete.
 * @returns the report, and three events as written, with their items' titles
 * @throws NearsideError `input-invalid`, `aborted`
 */
export async function importShop(
  options: ImportOptions,
): Promise<{ readonly report: ImportReport; readonly sample: readonly Sample[] }> {
  refuseReplacing(options)
  const output = await openOutput(options)
  try {
    return await SqlEngine.use(async (engine) => {
      await engine.setZone(options.timeZone ?? 'UTC')
      await engine.runFile('event')
      const read = await readLogs(engine, options)
      const currency = options.currency ?? (await mainCurrency(engine, 'event'))
      await engine.set({ currency, shopper_key: output.key })
      const logs = await countOtherCurrencies(engine, read, currency)
      await engine.runFile('facts')
      await engine.run('CREATE TABLE known_item AS SELECT id AS item FROM fact')
      const catalog =
        options.catalog === undefined ? null : await readProducts(engine, options, logs, currency)
      const items = await finalItems(engine, options, catalog !== null)
      await engine.runFile('final')
      const { shop, match, sample } = await summarise(engine, items, catalog !== null)
      refuseNonsense(options, logs, items, shop, match)
      const text = join(engine.folder, 'events.tsv')
      await writeEvents(engine, text, shop.dayOnly)
      const about = {
        format: 2,
        settings: settingsOf(options),
        logs,
        catalog,
        match,
        shop,
      } as const
      const lines = items.map((item) => `${JSON.stringify(item)}\n`)
      const files = await output.write(
        {
          'catalog.jsonl': lines,
          'events.tsv': createReadStream(text, { signal: options.signal }),
        },
        (files) => ({ ...about, files }),
      )
      return { report: { ...about, files }, sample }
    }, options.signal)
  } catch (error) {
    await output.discard()
    throw error
  }
}

/** @throws NearsideError `input-invalid` if an output file would replace an input */
function refuseReplacing({ orders, clicks, catalog, out }: ImportOptions): void {
  for (const path of [orders, clicks, catalog])
    if (
      path !== undefined &&
      dirname(resolve(path)) === resolve(out) &&
      /^(catalog\.jsonl|events\.tsv)(\.gz)?$/.test(basename(path))
    )
      throw invalidInput(`the import would overwrite its input ${path}: give another --out`)
}

async function readLogs(engine: SqlEngine, options: ImportOptions): Promise<FileReport[]> {
  const { columns = {}, dateOrder } = options
  const reports: FileReport[] = []
  for (const [path, isClicks] of [
    [options.orders, false],
    [options.clicks, true],
  ] as const) {
    if (path === undefined) continue
    const label = isClicks ? 'reading clicks' : 'reading orders'
    const source = await openSource(engine, path, {
      ...options,
      onProgress: (done, total) => options.onProgress?.(label, done, total),
    })
    const hasCatalog = options.catalog !== undefined
    const report = await readLog(engine, source, { columns, dateOrder, hasCatalog }, isClicks)
    if (report.kept === 0 && !isClicks)
      throw invalidInput(`${report.file}: no line could be used (${describeDrops(report)})`)
    reports.push(report)
  }
  const [orders, clicks] = reports
  if (clicks || (orders.columns.shopper && orders.columns.device)) await engine.runFile('join')
  else await engine.run(`UPDATE event SET shopper = device WHERE shopper = ''`)
  if (!clicks) return reports
  const { count } = await engine.row('SELECT count(*)::INTEGER AS count FROM counted_twice')
  const twice = Number(count)
  if (twice === 0) return reports
  const dropped = { ...clicks.dropped, 'purchase that the order file also has': twice }
  return [orders, { ...clicks, kept: clicks.kept - twice, dropped }]
}

async function countOtherCurrencies(
  engine: SqlEngine,
  logs: readonly FileReport[],
  currency: string | null,
): Promise<FileReport[]> {
  const counts = await engine.rows(`SELECT log, count(*)::DOUBLE AS lines FROM event
    WHERE price IS NOT NULL AND currency <> getvariable('currency') GROUP BY log`)
  return logs.map((report, log) => {
    const lines = Number(counts.find((one) => Number(one.log) === log)?.lines ?? 0)
    if (lines === 0) return report
    return {
      ...report,
      lost: { ...report.lost, [`price in another currency than ${currency}`]: lines },
    }
  })
}

async function readProducts(
  engine: SqlEngine,
  options: ImportOptions,
  logs: readonly FileReport[],
  currency: string | null,
) {
  const { catalog = '', columns = {}, encoding, dateOrder, now } = options
  const source = await openSource(engine, catalog, { encoding })
  const isInLog = (role: Role) =>
    logs.some((log) => normalName(log.columns[role] ?? '') === normalName(columns[role] ?? ''))
  const report = await loadCatalog(engine, source, columns, { currency, dateOrder, isInLog, now })
  await engine.runFile('alias')
  return report
}

async function finalItems(engine: SqlEngine, options: ImportOptions, hasCatalog: boolean) {
  const { availableDays = null, refine } = options
  await engine.set({ available_days: availableDays })
  if (!hasCatalog) await engine.runFile('items')
  const read = await readItems(engine, PRODUCTS)
  const items = hasCatalog ? await addPictures(engine, basename(options.catalog ?? ''), read) : read
  if (!refine) return items
  const lines = await engine.rows(
    'SELECT shopper, session, time::DOUBLE AS time, item FROM event ORDER BY log, n',
  )
  return refine(items, lines as unknown as OrderLine[])
}

/** Minimum share of the log's lines whose item is in the catalog; below it, the files don't belong together. */
const LEAST_MATCH = 0.01

/** @throws NearsideError `input-invalid` if log and catalog don't belong together, or no item has a title */
function refuseNonsense(
  { catalog, allowUntitled }: ImportOptions,
  logs: readonly FileReport[],
  items: readonly Item[],
  shop: ShopCounts,
  match: Match | null,
): void {
  const seen = (ids: readonly string[]) => ids.map((id) => `'${id}'`).join(', ')
  if (match && match.lines < LEAST_MATCH * shop.events)
    throw invalidInput(
      `${catalog} lists too few of the log's items (${match.items} of ${match.logItems} items): the log has ${seen(match.unknown)}, the catalog ${seen(match.catalogIds)}; say --columns item=COLUMN`,
    )
  const isResearch = logs.some(({ layout }) => layout === SEQUENCES)
  if (shop.titled === 0 && !allowUntitled && !isResearch)
    throw invalidInput(
      `none of ${shop.items} items has a title (the first are ${seen(items.slice(0, 3).map(({ id }) => id))}): give --catalog or --columns title=COLUMN, or say --untitled`,
    )
}

/** Writes `events.tsv`, without columns that no event fills. */
async function writeEvents(engine: SqlEngine, path: string, dayOnly: boolean): Promise<void> {
  const columns: Readonly<Record<string, string>> = {
    shopper: 'shopper',
    event: 'event',
    item: 'item',
    time: dayOnly
      ? `strftime(make_timestamp_ms(time), '%Y-%m-%d')`
      : `replace(strftime(make_timestamp_ms(time), '%Y-%m-%dT%H:%M:%S.%gZ'), '.000Z', 'Z')`,
    session: 'session',
    quantity: 'number_text(quantity)',
    price: 'number_text(price)',
    query: `regexp_replace(query, '[\\t\\r\\n]+', ' ', 'g')`,
    dwell_ms: 'number_text(dwell_ms)',
  }
  const names = Object.keys(columns)
  const filled = await engine.row(
    `SELECT ${names.map((name) => `bool_or(${name} IS NOT NULL) AS ${name}`)} FROM event`,
  )
  const used = names.filter((name, k) => k < 4 || filled[name] === true)
  const values = used.map((name) => `coalesce(${columns[name]}, '')`)
  await engine.run(`COPY (
    SELECT ${quote(used.join('\t'))} AS line
    UNION ALL SELECT concat_ws(chr(9), ${values}) FROM event
  ) TO ${quote(path)} (FORMAT csv, HEADER false, DELIMITER E'\\x01', QUOTE '', ESCAPE '')`)
}

function settingsOf(options: ImportOptions): Settings {
  const { currency, dateOrder, timeZone, availableDays, settings, keepShopperIds } = options
  const shoppers = keepShopperIds ? 'as they are' : 'keyed hashes'
  return { currency, dateOrder, timeZone, availableDays, ...settings, shoppers }
}
