/** @module Checks the reasons of lists with counterfactual histories, which lack the events that a reason names. */
import type { Item } from '@nearside/core/catalog/item.ts'
import { sameQuery } from '@nearside/core/catalog/words.ts'
import type { EventName } from '@nearside/core/events/event.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { tinyModel, tinyTrees } from '@nearside/core/model/testModel.ts'
import { filesOf } from '@nearside/core/model/testShop.ts'
import type { ListOptions, Recommendation } from '@nearside/core/ranking/apiLists.ts'
import fc from 'fast-check'
import { expect } from 'vitest'
import type { Captured } from '../messages.ts'
import { type ListingDevice, start, TestServer } from './testDevice.ts'

const NOW = Date.UTC(2026, 5, 20)
const ITEMS = 60
const CATEGORIES = ['mugs', 'cards', 'lights']
const COLOURS = ['red', 'blue', 'green', 'grey', 'pink', 'gold']

/** Items of a few product families and categories, with titles that searches can find. */
const catalogOf = (seed: number): readonly Item[] => {
  const random = createRandom(seed)
  return Array.from({ length: ITEMS }, (_, row) => ({
    id: `item ${row}`,
    title: `${COLOURS[random.integer(COLOURS.length)]} thing number ${row}`,
    category: CATEGORIES[random.integer(CATEGORIES.length)],
    price: 1 + random.integer(9),
    ...(random.next() < 0.3 && { groupId: `family ${random.integer(4)}` }),
  }))
}

const did = fc.record({
  name: fc.constantFrom<EventName>('view_item', 'view_item', 'add_to_cart', 'purchase', 'search'),
  items: fc.uniqueArray(fc.nat(ITEMS - 1), { minLength: 1, maxLength: 3 }),
  colour: fc.constantFrom(...COLOURS),
  /** Minutes since the event: within the current visit, or from an hour to 60 days. */
  ago: fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 60, max: 60 * 24 * 60 })),
})
type Did = typeof did extends fc.Arbitrary<infer T> ? T : never

export const capturedOf = (all: readonly Did[]): Captured[] =>
  [...all]
    .sort((a, b) => b.ago - a.ago)
    .map(({ name, items, colour, ago }, at) => ({
      id: `event ${at}`,
      time: NOW - ago * 60_000 + at,
      input:
        name === 'search'
          ? { name, search_term: `${colour} thing` }
          : { name, items: items.map((row) => ({ item_id: `item ${row}` })) },
    }))

export async function shopOf(seed: number) {
  const model = { ...tinyModel(ITEMS, seed), trees: tinyTrees(seed) }
  const server = new TestServer(await filesOf(model))
  const catalog = catalogOf(seed)
  return {
    categoryOf: (id: string) => catalog.find((item) => item.id === id)?.category,
    async opened(events: readonly Captured[]) {
      const environment = { now: () => NOW, indexedDb: () => undefined }
      const config = { catalog, exclude: ['bought', 'basket', 'seen'] } as const
      const { device } = await start(server, 'reasons', environment, config)
      for (const one of events) await device.capture(one)
      return device
    },
  }
}

const LISTS: readonly ListOptions[] = [
  { limit: 12 },
  { limit: 6, diversify: false, exclude: [] },
  { limit: 30, diversify: false },
  { limit: 8, from: 'unbought' },
]

/** Events from which an item, or the items of a category, are removed. */
const withoutItems = (all: readonly Captured[], isOut: (id: string) => boolean) =>
  all.flatMap((one) => {
    const { item_id: only, items: several = [] } = one.input
    if (only !== undefined) return isOut(String(only)) ? [] : [one]
    if (several.length === 0) return [one]
    const items = several.filter(({ item_id }) => !isOut(String(item_id)))
    return items.length > 0 ? [{ ...one, input: { ...one.input, items } }] : []
  })

/** Events without the events that the reason names; null for a reason that names no event. */
export function withoutCause(
  all: readonly Captured[],
  { id, reason }: Recommendation,
  categoryOf: (id: string) => string | undefined,
): readonly Captured[] | null {
  switch (reason.kind) {
    case 'because':
      return withoutItems(all, (item) => item === reason.item)
    case 'bought-before':
      return withoutItems(all, (item) => item === id)
    case 'category':
      return withoutItems(all, (item) => categoryOf(item) === reason.category)
    case 'searched':
      return all.filter(
        ({ input: { search_term } }) =>
          search_term === undefined || sameQuery(search_term) !== sameQuery(reason.query),
      )
    case 'taste':
      return []
    default:
      return null
  }
}

/** Rank of the last item on the item's screen (a list has screens of 12 items); at most `limit`. */
export const there = ({ rank }: Recommendation, limit: number) =>
  Math.min(limit, 12 * Math.ceil(rank / 12))

/** Rank of an item, from 1; infinite if the list lacks it. */
export const place = (list: readonly Recommendation[], id: string) =>
  list.findIndex((one) => one.id === id) + 1 || Number.POSITIVE_INFINITY

/**
 * Asserts, for random histories, that each reason is correct: without the event that a reason names, the list lacks
 * the item.
 * @param learns whether each device fits its model before it lists
 */
export async function checkReasons(learns: boolean, numRuns: number): Promise<void> {
  const seen = new Map<string, number>()
  let named = 0
  let lacked = 0
  const life = fc.array(did, { minLength: 1, maxLength: 9 })
  await fc.assert(
    fc.asyncProperty(fc.nat(50), life, async (seed, all) => {
      const shop = await shopOf(seed)
      const events = capturedOf(all)
      const device: ListingDevice = await shop.opened(events)
      const others = new Map<string, Awaited<ReturnType<typeof listsWithout>>>()
      /** Lists of a device that gets only the events in `left`, before and after the device learns. */
      async function listsWithout(left: readonly Captured[]) {
        const other: ListingDevice = await shop.opened(left)
        const lists = () => Promise.all(LISTS.map((options) => other.recommend(options)))
        const unlearned = await lists()
        if (learns) await other.fineTune({})
        return { unlearned, learned: await lists() }
      }
      if (learns) await device.fineTune({})
      for (const [at, options] of LISTS.entries()) {
        const { limit = 0 } = options
        for (const one of await device.recommend(options)) {
          const { kind } = one.reason
          seen.set(kind, (seen.get(kind) ?? 0) + 1)
          const left = withoutCause(events, one, shop.categoryOf)
          if (!left) continue
          const key = JSON.stringify(left)
          const other = others.get(key) ?? (await listsWithout(left))
          others.set(key, other)
          const { unlearned, learned } = other
          expect(place(unlearned[at], one.id), JSON.stringify([one, options])).toBeGreaterThan(
            there(one, limit),
          )
          named++
          if (place(learned[at], one.id) > there(one, limit)) lacked++
        }
      }
    }),
    { numRuns, seed: 1 },
  )
  // To find reasons, the device leaves out an event but keeps the fitted model, because new fits would take too long.
  // If the model is fitted again without the event, about one item in a hundred stays in the list. Many reasons are
  // needed to measure this share.
  expect(named).toBeGreaterThan(400)
  expect(lacked / named).toBeGreaterThan(0.98)
  for (const kind of ['because', 'searched', 'category', 'taste', 'popular'])
    expect(seen.get(kind), kind).toBeGreaterThan(0)
}
