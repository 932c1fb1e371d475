import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRandom } from '../../model/random.ts'
import { clean } from '../clean.ts'
import type { ShopperEvent } from '../event.ts'
import { cleanOwnVisits, LEAST_VISITS } from './ownVisits.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** Visit with views of about twenty seconds each, in which the shopper buys some of the items. */
function visit(session: string, start: number, looks: number, seed: number): ShopperEvent[] {
  const random = createRandom(seed)
  let time = start
  return Array.from({ length: looks }, (_, k) => {
    const dwellMs = Math.round(20_000 * Math.exp(random.normal() / 2))
    time += dwellMs
    return {
      id: `${session}-${k}`,
      name: k % 5 === 4 ? 'purchase' : 'view_item',
      items: [`item ${random.integer(50)}`],
      time,
      session,
      ...(k % 5 === 4 ? {} : { dwellMs }),
    } as ShopperEvent
  })
}

/** A bot that views one item every 1.5 seconds: faster than any person, slow enough to pass the rules of `clean`. */
function bot(session: string, start: number): ShopperEvent[] {
  return Array.from({ length: 60 }, (_, k) => ({
    id: `${session}-${k}`,
    name: k === 30 ? 'purchase' : 'view_item',
    items: [`item ${k}`],
    time: start + k * 1500 + (k % 2) * 200,
    session,
  })) as ShopperEvent[]
}

const visits = (count: number) =>
  Array.from({ length: count }, (_, v) =>
    visit(`visit ${v}`, v * 24 * HOUR, 5 + (v % 4), v + 1),
  ).flat()

const byRules = (events: readonly ShopperEvent[]) =>
  clean(events, { now: Number.POSITIVE_INFINITY, known: () => true })

test.each(['iqr', 'isolation-forest'] as const)(
  'cleaning by %s drops the views of a bot that passes the fixed rules',
  (how) => {
    const events = [...visits(40), ...bot('bot', 41 * 24 * HOUR)]
    const ruled = byRules(events)
    expect(ruled.events.filter(({ session }) => session === 'bot')).toHaveLength(60)
    const { events: kept, report } = cleanOwnVisits(ruled, how)
    // A purchase stays, even if a bot made it.
    expect(kept.filter(({ session }) => session === 'bot').map(({ name }) => name)).toEqual([
      'purchase',
    ])
    expect(report.dropped['fast visit']).toBe(59)
    expect(report.kept).toBe(kept.length)
  },
)

test('cleaning counts no visit as unusual if there are too few visits to compare', () => {
  const ruled = byRules([...visits(LEAST_VISITS - 2), ...bot('bot', 41 * 24 * HOUR)])
  expect(cleanOwnVisits(ruled, 'isolation-forest')).toBe(ruled)
})

test('cleaning keeps the order of the events and every purchase, and counts the dropped events', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 0, max: 30 }), (seed, more) => {
      const events = Array.from({ length: 20 + more }, (_, v) =>
        visit(`${v}`, v * HOUR, 1 + ((seed + v) % 9), seed + v),
      ).flat()
      const ruled = byRules(events)
      const { events: kept, report } = cleanOwnVisits(ruled, 'isolation-forest')
      const given = new Set(ruled.events)
      expect(kept.every((event) => given.has(event))).toBe(true)
      expect(kept).toEqual([...kept].sort((a, b) => a.time - b.time))
      const bought = (all: readonly ShopperEvent[]) =>
        all.filter(({ name }) => name === 'purchase').length
      expect(bought(kept)).toBe(bought(ruled.events))
      const dropped = Object.values(report.dropped).reduce((a, b) => a + b, 0)
      expect(dropped).toBe(events.length - kept.length)
    }),
    { numRuns: 25 },
  )
})
