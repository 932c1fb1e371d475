/**
 * @module Reads a log of slates: `events.tsv` whose columns `list` and `prices` hold, for each `select_item`, the ids
 * that were shown and their prices, in order and separated by bars.
 */
import { join } from 'node:path'
import { NearsideError } from '@nearside/core/error.ts'
import { findFile, readLines } from '@nearside/train/shop/lines.ts'
import { parseIsoTime } from '@nearside/train/shop/time.ts'

/** Items that were shown together, in order, of which one was chosen. */
export interface Slate {
  /** Distinct ids. */
  readonly items: readonly string[]
  /** Price of each item, > 0. */
  readonly prices: readonly number[]
  /** Place of the chosen item, from 0. */
  readonly chosen: number
}

/** A look at an item, or a choice of it from a slate. */
export interface Action {
  readonly item: string
  /** Time in milliseconds since the epoch. */
  readonly time: number
  readonly session: string
  readonly slate?: Slate
}

export interface SlateShopper {
  readonly id: string
  /** Ascending by time; lines of equal time keep the file's order. */
  readonly actions: readonly Action[]
}

export interface SlateLog {
  /** Shoppers with at least one choice. */
  readonly shoppers: readonly SlateShopper[]
  /** Number of choices that name no slate with the chosen item and a price for each item. */
  readonly unclear: number
}

const COLUMNS = ['shopper', 'event', 'item', 'time', 'session', 'list', 'prices'] as const

/** @throws NearsideError `input-invalid`, naming the line */
export async function readSlates(folder: string): Promise<SlateLog> {
  const path = (await findFile(join(folder, 'events.tsv'))) ?? join(folder, 'events.tsv')
  const byShopper = new Map<string, Action[]>()
  let places: number[] | null = null
  let line = 0
  let unclear = 0
  const refuse = (why: string) =>
    new NearsideError('input-invalid', `events.tsv line ${line}: ${why}`)
  for await (const lines of readLines(path)) {
    for (const text of lines) {
      line++
      const fields = text.split('\t')
      if (!places) {
        places = COLUMNS.map((name) => fields.indexOf(name))
        if (places.includes(-1)) throw refuse(`the header lacks one of ${COLUMNS.join(', ')}`)
        continue
      }
      if (text === '') continue
      const [shopper, event, item, written, session, list, prices] = places.map(
        (place) => fields[place] ?? '',
      )
      const time = parseIsoTime(written)?.time
      if (time === undefined || shopper === '' || item === '')
        throw refuse('lacks a shopper, an item or a time')
      const action = { item, time, session }
      const own = byShopper.get(shopper) ?? []
      byShopper.set(shopper, own)
      if (event === 'view_item') own.push(action)
      else if (event === 'select_item') {
        const slate = parseSlate(item, list, prices)
        if (!slate) unclear++
        own.push(slate ? { ...action, slate } : action)
      }
    }
  }
  const shoppers = [...byShopper]
    .map(([id, actions]) => ({ id, actions: actions.sort((a, b) => a.time - b.time) }))
    .filter(({ actions }) => actions.some(({ slate }) => slate))
  return { shoppers, unclear }
}

/** Largest number of items in a slate. */
export const MOST_ITEMS = 25

/** Slate of a choice; null unless it is of at most `MOST_ITEMS` distinct items, the chosen one included, with a price each. */
function parseSlate(item: string, list: string, written: string): Slate | null {
  const items = list.split('|')
  const prices = written.split('|').map(Number)
  const chosen = items.indexOf(item)
  const isWhole =
    chosen >= 0 &&
    items.length <= MOST_ITEMS &&
    prices.length === items.length &&
    prices.every((price) => price > 0 && Number.isFinite(price)) &&
    new Set(items).size === items.length
  return isWhole ? { items, prices, chosen } : null
}

export function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, k) => item === b[k])
}
