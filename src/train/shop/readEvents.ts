/** @module Reads `events.tsv` of a shop folder into shoppers' histories. */
import { basename } from 'node:path'
import type { Catalog } from '@nearside/core/catalog/catalog.ts'
import { parseItem } from '@nearside/core/catalog/parseItem.ts'
import { invalidInput } from '@nearside/core/error.ts'
import { LOG_NAMES, type LogName } from '@nearside/core/events/event.ts'
import { DAY } from '@nearside/core/time.ts'
import { EventColumns } from './eventColumns.ts'
import { readLines } from './lines.ts'
import { PriceCollector } from './prices.ts'
import type { Shop, ShopSearch } from './shop.ts'
import { formatDay, parseIsoTime } from './time.ts'
import { type Fault, WrongLines } from './wrongLines.ts'

const REQUIRED = ['shopper', 'event', 'item', 'time'] as const
const OPTIONAL = ['session', 'quantity', 'price', 'query', 'dwell_ms'] as const
const NUMBERS = ['quantity', 'price', 'dwell_ms'] as const

/** Index of each column; −1 if the file lacks it. */
interface Columns extends Record<(typeof REQUIRED | typeof OPTIONAL)[number], number> {
  readonly count: number
}

function parseHeader(text: string, where: string): Columns {
  const names = text.split('\t')
  const refuse = (why: string) => invalidInput(`${where}: the header ${why}`)
  const known = [...REQUIRED, ...OPTIONAL]
  const missing = REQUIRED.filter((name) => !names.includes(name))
  if (missing.length > 0)
    throw refuse(`lacks ${missing.join(', ')} (tab-separated: ${known.join(', ')})`)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw refuse(`names '${twice}' twice`)
  const places = Object.fromEntries(known.map((name) => [name, names.indexOf(name)]))
  return { ...(places as Omit<Columns, 'count'>), count: names.length }
}

/** Maximum number of cached times. Few are needed: the lines of an order, all with one time, follow each other. */
const TIMES = 10_000

const EVENT_SET: ReadonlyMap<string, LogName> = new Map(LOG_NAMES.map((name) => [name, name]))

/**
 * Reads everything of a shop except its name, by the rules of `readShop`.
 * @param now milliseconds; lines with a later time count as wrong
 * @throws NearsideError `input-invalid`, naming file and line
 */
export async function readEvents(
  path: string,
  catalog: Catalog,
  now: number,
): Promise<Omit<Shop, 'name'>> {
  const items = [...catalog.items]
  const rows = new Map(items.map(({ id }, row) => [id, row]))
  const log = new EventColumns()
  const names = new Map<string, string>()
  const times = new Map<string, ReturnType<typeof parseIsoTime>>()
  const prices = new PriceCollector()
  const searches: ShopSearch[] = []
  const wrong = new WrongLines(basename(path))
  let columns: Columns | undefined
  let line = 0
  let filled = 0
  let anyDay = false
  let allMidnight = true

  /** Returns the first of equal texts, so that each is in memory once. */
  const intern = (text: string): string => {
    const known = names.get(text)
    if (known !== undefined) return known
    names.set(text, text)
    return text
  }

  const readLine = (text: string, at: Columns): Fault | undefined => {
    const fields = text.split('\t')
    if (fields.length !== at.count)
      return {
        reason: 'with too many or too few fields',
        message: `has ${fields.length} fields, the header has ${at.count}`,
      }
    const name = EVENT_SET.get(fields[at.event])
    if (name === undefined)
      return {
        reason: 'with an unknown event',
        message: `'${fields[at.event]}' is not an event (one of ${LOG_NAMES.join(', ')})`,
      }
    const shopper = fields[at.shopper]
    if (shopper === '') return { reason: 'without a shopper', message: 'has no shopper' }
    const written = fields[at.time]
    if (written === '') return { reason: 'without a time', message: 'has no time' }
    let parsed = times.get(written)
    if (parsed === undefined) {
      parsed = parseIsoTime(written)
      if (times.size >= TIMES) times.clear()
      times.set(written, parsed)
    }
    if (!parsed)
      return {
        reason: 'whose time is no ISO date or date-time',
        message: `'${written}' is not an ISO date or date-time`,
      }
    if (parsed.time > now)
      return {
        reason: 'in the future',
        message: `'${written}' lies in the future: check the time column`,
      }
    for (const field of NUMBERS) {
      const number = fields[at[field]] ?? ''
      const wrong = 'is not a number of zero or more'
      if (number !== '' && !(Number.isFinite(Number(number)) && Number(number) >= 0))
        return { reason: `whose ${field} ${wrong}`, message: `${field} '${number}' ${wrong}` }
    }
    const id = fields[at.item]
    const query = name === 'search' ? (fields[at.query] ?? '').trim() : ''
    if (id === '' && query === '') {
      if (name === 'view_item_list') return undefined
      const lacking = name === 'search' ? 'without a query' : 'without an item'
      return { reason: lacking, message: `${name} ${lacking}` }
    }
    anyDay ||= parsed.dayOnly
    allMidnight &&= parsed.time % DAY === 0
    if (id === '') {
      const session = fields[at.session] || formatDay(parsed.time)
      const [who, what, when] = [shopper, query, session].map(intern)
      searches.push({ shopper: who, query: what, time: parsed.time, session: when })
      return undefined
    }
    let item = rows.get(id)
    if (item === undefined) {
      item = items.length
      const added = parseItem({ id }, `${basename(path)} line ${line}`)
      items.push(added)
      rows.set(added.id, item)
    }
    const price = Number(fields[at.price] ?? 0)
    if (price > 0) prices.add(item, parsed.time, price)
    log.add(shopper, { item, name, time: parsed.time, session: fields[at.session] ?? '' })
    return undefined
  }

  for await (const lines of readLines(path)) {
    for (const text of lines) {
      line++
      if (!columns) columns = parseHeader(text, `${basename(path)} line 1`)
      else if (text !== '') {
        filled++
        const fault = readLine(text, columns)
        if (fault) wrong.add(line, fault)
      }
    }
  }
  if (!columns) throw invalidInput(`${basename(path)}: is empty`)
  const leftOut = wrong.leftOut(filled)
  const dayOnly = anyDay || allMidnight
  const shoppers = log.shoppers(dayOnly)
  if (shoppers.length === 0) throw invalidInput(`${basename(path)}: has no events`)
  let from = Number.POSITIVE_INFINITY
  let to = Number.NEGATIVE_INFINITY
  for (const { interactions } of shoppers) {
    from = Math.min(from, interactions[0].time)
    to = Math.max(to, interactions[interactions.length - 1].time)
  }
  const priceLog = prices.log()
  return {
    items,
    shoppers,
    from,
    to,
    dayOnly,
    ...(leftOut.length > 0 && { leftOut }),
    ...(priceLog.size > 0 && { prices: priceLog }),
    ...(searches.length > 0 && {
      searches: searches
        .map((one) => (dayOnly ? { ...one, time: Math.floor(one.time / DAY) * DAY } : one))
        .sort((a, b) => a.time - b.time),
    }),
  }
}
