/**
 * @module Reads partials, the tables that a shop's data warehouse makes with the statements of `nearside sql`: a sample
 * of shoppers with their histories, and sums over the other shoppers. No file names a shopper.
 */
import { readdir } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import type { Item } from '@nearside/core/catalog/item.ts'
import { parseItem } from '@nearside/core/catalog/parseItem.ts'
import { invalidInput } from '@nearside/core/error.ts'
import { LOG_NAMES, type LogName } from '@nearside/core/events/event.ts'
import type {
  OtherCounts,
  OtherPairs,
  OtherShoppers,
} from '@nearside/core/features/otherShoppers.ts'
import { DAY } from '@nearside/core/time.ts'
import { quote, SqlEngine } from '../import/engine.ts'
import { EventColumns } from '../shop/eventColumns.ts'
import { PriceCollector } from '../shop/prices.ts'
import type { Shop } from '../shop/shop.ts'
import { PARTIALS } from './statements.ts'

type Partial = (typeof PARTIALS)[number]

const FORMAT = 1
/** PostgreSQL's CSV. All values are read as text, because an id such as 007 is no number. */
const CSV = `header = true, all_varchar = true, delim = ',', quote = '"', escape = '"'`

export interface PartialShop extends Shop {
  readonly others: OtherShoppers
  /** Exclusive limit of the events, and the date of the last sums; milliseconds since the epoch. */
  readonly until: number
}

/**
 * @param folder contains each table as a file, as several files or as a folder of files: Parquet, or CSV with a header
 * @param catalog the shop's products, whose fields replace those of the log; the log's other products follow
 * @throws NearsideError `input-invalid`
 */
export async function readPartials(
  folder: string,
  catalog: readonly Item[] = [],
): Promise<PartialShop> {
  const tables = await tablesIn(folder)
  return SqlEngine.use(async (engine) => {
    for (const name of PARTIALS)
      await engine.run(`CREATE VIEW partial_${name} AS SELECT * FROM ${tables[name]}`)
    const sums = PARTIALS.filter((name) => name !== 'fact')
    const [fact, ...more] =
      await engine.rows(`SELECT format::DOUBLE AS format, until_ms::DOUBLE AS until,
      shoppers::DOUBLE AS shoppers, ${sums.map((name) => `${name}_rows::DOUBLE AS ${name}`)} FROM partial_fact`)
    if (more.length > 0 || fact?.format !== FORMAT)
      throw invalidInput(
        `${folder}: its partials are not of format ${FORMAT}, or of several runs: print the statements again, run them, and empty the folder first`,
      )
    for (const name of sums) {
      const { rows } = await engine.row(`SELECT count(*)::DOUBLE AS rows FROM partial_${name}`)
      if (rows !== fact[name])
        throw invalidInput(
          `${folder}: ${name} has ${rows} rows, not ${fact[name]}: a file is missing, or of an earlier run; empty the folder and copy the files again`,
        )
    }
    const { items, rows, first } = await readItems(engine, catalog)
    const sample = await readSample(engine, rows)
    const until = Number(fact.until)
    const others = await readOthers(engine, rows, first, Number(fact.shoppers))
    if (others.pairDates.at(-1) !== until || others.countDates.at(-1) !== until)
      throw invalidInput(`${folder}: its dates don't end at the limit of its events`)
    return { name: basename(resolve(folder)), items, ...sample, others, until }
  })
}

/** SQL that reads each table's files in the folder. */
async function tablesIn(folder: string): Promise<Readonly<Record<Partial, string>>> {
  const paths = await readdir(folder, { recursive: true }).catch((cause) => {
    throw invalidInput(`${folder}: there is no such folder`, cause)
  })
  const found = PARTIALS.map((name) => {
    const files = paths.filter((path) => path.startsWith(name) && /\.(parquet|csv)$/.test(path))
    if (files.length === 0)
      throw invalidInput(
        `${folder}: contains no ${name}.parquet or ${name}.csv (the statements of 'nearside sql' make it)`,
      )
    const list = `[${files.sort().map((file) => quote(join(folder, file)))}]`
    return [name, files[0].endsWith('csv') ? `read_csv(${list}, ${CSV})` : `read_parquet(${list})`]
  })
  return Object.fromEntries(found)
}

/** Reads the items, the row of each of the warehouse's item numbers, and the time of each row's first event. */
async function readItems(engine: SqlEngine, catalog: readonly Item[]) {
  const items = [...catalog]
  const places = new Map(items.map(({ id }, row) => [id, row]))
  const found =
    await engine.rows(`SELECT number::DOUBLE AS number, id::VARCHAR AS id, first_ms::DOUBLE AS first,
    title::VARCHAR AS title, category::VARCHAR AS category, brand::VARCHAR AS brand, TRY_CAST(price AS DOUBLE) AS price
    FROM partial_item ORDER BY 1`)
  const rows = new Int32Array(found.length)
  const seen = found.map(({ number, first, ...fields }, k) => {
    if (number !== k) throw invalidInput(`item ${fields.id}: has number ${number}, not ${k}`)
    const known = places.get(String(fields.id))
    rows[k] = known ?? items.length
    if (known === undefined) {
      const filled = Object.entries(fields).filter(([, value]) => value !== null && value !== '')
      items.push(parseItem(Object.fromEntries(filled), `item ${fields.id}`))
    }
    return Number(first)
  })
  const first = new Float64Array(items.length).fill(Number.POSITIVE_INFINITY)
  rows.forEach((row, k) => {
    first[row] = seen[k]
  })
  return { items, rows, first }
}

async function readSample(engine: SqlEngine, rows: Int32Array) {
  const log = new EventColumns()
  const prices = new PriceCollector()
  let from = Number.POSITIVE_INFINITY
  let to = Number.NEGATIVE_INFINITY
  let dayOnly = true
  await engine.eachChunk(
    `SELECT shopper::DOUBLE, item::DOUBLE, event::VARCHAR, moment::DOUBLE, visit::DOUBLE, price::DOUBLE
      FROM partial_sample ORDER BY 1, 4, 5, 2, 3, 6`,
    ([shoppers, numbers, events, times, visits, paid]) =>
      shoppers.forEach((shopper, k) => {
        const [item, name, time] = [
          rows[Number(numbers[k])],
          events[k] as LogName,
          Number(times[k]),
        ]
        if (item === undefined || !LOG_NAMES.includes(name) || !Number.isFinite(time))
          throw invalidInput(`sample: '${name}' of item ${numbers[k]} at ${time} is no event`)
        log.add(`shopper ${shopper}`, { item, name, time, session: `visit ${visits[k]}` })
        if (Number(paid[k]) > 0) prices.add(item, time, Number(paid[k]))
        from = Math.min(from, time)
        to = Math.max(to, time)
        dayOnly &&= time % DAY === 0
      }),
  )
  if (!(from <= to)) throw invalidInput('sample: has no event')
  const shoppers = log.shoppers(dayOnly)
  const known = prices.log()
  return { shoppers, from, to, dayOnly, ...(known.size > 0 && { prices: known }) }
}

async function readOthers(
  engine: SqlEngine,
  rows: Int32Array,
  first: Float64Array,
  shoppers: number,
): Promise<OtherShoppers> {
  const sums = readSums(engine, rows, first.length)
  const dates =
    await engine.rows(`SELECT as_of::DOUBLE AS at, has_pairs::INTEGER AS pairs, week_from::DOUBLE AS week,
    month_from::DOUBLE AS month FROM partial_date ORDER BY 1`)
  const counts = new Map<number, OtherCounts>()
  const pairs = new Map<number, OtherPairs>()
  for (const { at, week, month, pairs: hasPairs } of dates) {
    const asOf = Number(at)
    counts.set(asOf, await sums.countsAt(asOf, Number(week), Number(month)))
    if (hasPairs === 1) pairs.set(asOf, await sums.pairsAt(asOf))
  }
  const get = <T>(map: ReadonlyMap<number, T>, asOf: number): T => {
    const found = map.get(asOf)
    if (!found)
      throw invalidInput(`the partials have no sums as of ${new Date(asOf).toISOString()}`)
    return found
  }
  return {
    shoppers,
    countDates: [...counts.keys()],
    pairDates: [...pairs.keys()],
    first,
    countsAt: (asOf) => get(counts, asOf),
    pairsAt: (asOf) => get(pairs, asOf),
  }
}

/** Reads the warehouse's sums over events before a date, as arrays by item row. */
function readSums(engine: SqlEngine, rows: Int32Array, items: number) {
  /** An array [items] for each field; 0 for an item that the table lacks. */
  const read = async (fields: readonly string[], from: string) => {
    const columns = fields.map(() => new Float64Array(items))
    await engine.eachChunk(
      `SELECT item::DOUBLE, ${fields.map((field) => `${field}::DOUBLE`)} FROM partial_${from}`,
      ([numbers, ...values]) =>
        numbers.forEach((number, k) => {
          columns.forEach((column, c) => {
            column[rows[Number(number)]] = Number(values[c][k])
          })
        }),
    )
    return columns
  }
  return {
    async countsAt(asOf: number, weekFrom: number, monthFrom: number): Promise<OtherCounts> {
      const fields = ['in_week', 'in_month', 'shoppers', 'repeated']
      const [week, month, all, repeated] = await read(fields, `count WHERE as_of = ${asOf}`)
      return { weekFrom, monthFrom, week, month, all, repeated }
    },
    async pairsAt(asOf: number): Promise<OtherPairs> {
      const pairs = `pair WHERE as_of = ${asOf}`
      const [norm] = await read(['norm'], `norm WHERE as_of = ${asOf}`)
      const [sizes] = await read(['count(*)'], `${pairs} GROUP BY item`)
      const start = new Int32Array(items + 1)
      sizes.forEach((size, row) => {
        start[row + 1] = start[row] + size
      })
      const next = start.slice()
      const neighbour = new Int32Array(start[items])
      const together = new Float64Array(start[items])
      await engine.eachChunk(
        `SELECT item::DOUBLE, neighbour::DOUBLE, together::DOUBLE FROM partial_${pairs} ORDER BY 1, 2`,
        ([numbers, neighbours, sums]) =>
          numbers.forEach((number, k) => {
            const place = next[rows[Number(number)]]++
            neighbour[place] = rows[Number(neighbours[k])]
            together[place] = Number(sums[k])
          }),
      )
      return { norm, start, neighbour, together }
    },
  }
}
