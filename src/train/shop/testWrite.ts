/** @module Writes a shop folder for tests, in the format of an import. The same input gives the same bytes. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Item } from '@nearside/core/catalog/item.ts'
import { NearsideError } from '@nearside/core/error.ts'
import type { EventName } from '@nearside/core/events/event.ts'
import { packFile, type WrittenFile } from './packFile.ts'
import { formatDay } from './time.ts'

export interface ShopEvent {
  readonly shopper: string
  readonly event: EventName
  /** Item id; empty for a search by words. */
  readonly item: string
  /** Time in milliseconds since the epoch, UTC. */
  readonly time: number
  readonly session?: string
  readonly quantity?: number
  readonly price?: number
  readonly query?: string
  readonly dwellMs?: number
}

interface WriteOptions {
  /** Whether times are written as dates only. */
  readonly dayOnly?: boolean
  /** Whether to write `.gz` files. Default true. */
  readonly gzip?: boolean
}

const COLUMNS: readonly {
  readonly name: string
  /** Whether the column is always written. Other columns are written only if an event has a value. */
  readonly always?: true
  of(event: ShopEvent, dayOnly: boolean): string | number | undefined
}[] = [
  { name: 'shopper', always: true, of: (event) => event.shopper },
  { name: 'event', always: true, of: (event) => event.event },
  { name: 'item', always: true, of: (event) => event.item },
  {
    name: 'time',
    always: true,
    of: (event, dayOnly) => (dayOnly ? formatDay(event.time) : formatTime(event.time)),
  },
  { name: 'session', of: (event) => event.session },
  { name: 'quantity', of: (event) => event.quantity },
  { name: 'price', of: (event) => event.price },
  { name: 'query', of: (event) => event.query?.replace(/[\t\r\n]+/g, ' ') },
  { name: 'dwell_ms', of: (event) => event.dwellMs },
]

/**
 * Writes `catalog.jsonl[.gz]` and `events.tsv[.gz]`, creating the folder. Removes earlier files of the other format
 * (plain or gzip).
 * @throws NearsideError `input-invalid` for an id that a tab-separated file cannot hold
 */
export async function writeShop(
  directory: string,
  items: readonly Item[],
  events: readonly ShopEvent[],
  { dayOnly = false, gzip = true }: WriteOptions = {},
): Promise<(WrittenFile | undefined)[]> {
  await mkdir(directory, { recursive: true })
  const catalog = items.map((item) => `${JSON.stringify(item)}\n`).join('')
  return [
    await writeText(directory, 'catalog.jsonl', catalog, gzip),
    await writeText(directory, 'events.tsv', formatEvents(events, dayOnly), gzip),
  ]
}

function formatEvents(events: readonly ShopEvent[], dayOnly = false): string {
  const columns = COLUMNS.filter(
    ({ always, of }) => always || events.some((event) => of(event, dayOnly) !== undefined),
  )
  const lines = [columns.map(({ name }) => name).join('\t')]
  for (const event of events) {
    lines.push(columns.map(({ name, of }) => field(of(event, dayOnly), name)).join('\t'))
  }
  return `${lines.join('\n')}\n`
}

function field(value: string | number | undefined, column: string): string {
  const text = String(value ?? '')
  if (/[\t\r\n]/.test(text))
    throw new NearsideError(
      'input-invalid',
      `${column} ${JSON.stringify(text)} holds a tab or a line break: events.tsv cannot`,
    )
  return text
}

async function writeText(
  directory: string,
  name: string,
  text: string,
  gzip: boolean,
): Promise<WrittenFile | undefined> {
  await rm(join(directory, gzip ? name : `${name}.gz`), { force: true })
  if (gzip) return packFile(directory, name, [text])
  await writeFile(join(directory, name), text)
  return undefined
}

/** Formats a time as `2011-09-01T08:26:00Z`, with milliseconds only if there are any. */
function formatTime(time: number): string {
  return new Date(time).toISOString().replace('.000Z', 'Z')
}
