import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY } from '../time.ts'
import { clean } from './clean.ts'
import { EVENT_NAMES, SESSION_GAP, type ShopperEvent, sessionOf } from './event.ts'
import { fromEvents } from './history.ts'

const NOW = 1_700_000_000_000
let made = 0

function event(fields: Partial<ShopperEvent> = {}): ShopperEvent {
  const id = `e${made++}`
  return { id, name: 'view_item', time: NOW - DAY, session: 's', items: ['a'], ...fields }
}

const run = (events: readonly ShopperEvent[], known = (_: string) => true) =>
  clean(events, { now: NOW, known })

describe('cleaning', () => {
  test('an event repeated after 400 ms is dropped; an event repeated after a minute counts', () => {
    const events = [0, 400, 60_000].map((after) => event({ time: NOW - DAY + after }))
    expect(run(events).report).toEqual({ kept: 2, dropped: { duplicate: 1 } })
  })

  test('an event loses the items that the catalog lacks, and is dropped if no item remains', () => {
    const events = [
      event({ name: 'purchase', items: ['a', 'gone'] }),
      event({ items: ['gone'], time: NOW }),
    ]
    const { events: kept, report } = run(events, (item) => item !== 'gone')
    expect(kept.map(({ items }) => items)).toEqual([['a']])
    expect(report.dropped).toEqual({ 'unknown item': 1 })
  })

  test('if the shop searches again and again while a shopper types a query, only the last search counts', () => {
    const search = (query: string, after: number, session = 's') =>
      event({ name: 'search', items: [], query, time: NOW - DAY + after, session })
    const typed = [search('par', 0), search('paras', 2000), search('parasol', 11_000)]
    const later = search('parasol', 40_000)
    const other = search('par', 2500, 'other')
    const { events, report } = run([...typed, later, other])
    expect(events.map(({ query }) => query)).toEqual(['par', 'parasol', 'parasol'])
    expect(report.dropped).toEqual({ 'retyped query': 2 })
    const look = event({ time: NOW - DAY + 1000 })
    expect(run([typed[0], look, typed[1]]).events).toHaveLength(3)
    const list = event({ name: 'view_item_list', time: NOW - DAY + 1000 })
    expect(run([typed[0], list, typed[1]]).report.dropped).toEqual({ 'retyped query': 1 })
    const slip = event({ time: NOW - DAY + 1000, dwellMs: 300 })
    expect(run([typed[0], slip, typed[1]]).events.map(({ query }) => query)).toEqual(['paras'])
  })

  test('a view of half a second is dropped as a misclick; a view of unknown duration counts', () => {
    const events = [
      event({ dwellMs: 500, items: ['a'] }),
      event({ dwellMs: 1500, items: ['b'] }),
      event({ items: ['c'] }),
    ]
    expect(run(events).events.map(({ items }) => items[0])).toEqual(['b', 'c'])
  })

  test('a session with three views a second loses its views but keeps its purchase', () => {
    const views = Array.from({ length: 180 }, (_, i) =>
      // The intervals are irregular, so that only the high rate shows that a bot made the views.
      event({ time: NOW - DAY + i * 330 + (i % 7) * 11, items: [`i${i}`] }),
    )
    const bought = event({ name: 'purchase', time: NOW - DAY + 61_000, items: ['b'] })
    const other = event({ session: 'other', items: ['o'], time: NOW })
    const { events, report } = run([...views, bought, other])
    expect(events).toEqual([bought, other])
    expect(report.dropped).toEqual({ burst: 180 })
  })

  test('views at regular intervals are dropped; views at irregular intervals count', () => {
    const visit = (gap: (i: number) => number, session: string) => {
      let time = NOW - DAY
      return Array.from({ length: 20 }, (_, i) => {
        time += gap(i)
        return event({ session, time, items: [`${session}${i}`] })
      })
    }
    const bot = visit(() => 5000, 'bot')
    const person = visit((i) => 3000 + ((i * 7919) % 9) * 700, 'person')
    const { events, report } = run([...bot, ...person])
    expect(events).toEqual(person)
    expect(report.dropped).toEqual({ 'regular intervals': 20 })
  })

  test('an event from the future gets the current time', () => {
    const { events, report } = run([event({ time: NOW + 3650 * DAY })])
    expect(events[0].time).toBe(NOW)
    expect(report.dropped).toEqual({})
  })

  test('kept and dropped events add up to all events, and cleaning a second time changes nothing', () => {
    const anyEvent = fc.record({
      id: fc.integer({ min: 0, max: 50 }).map((n) => `id${n}`),
      name: fc.constantFrom(...EVENT_NAMES),
      time: fc.integer({ min: NOW - 30 * DAY, max: NOW }),
      session: fc.constantFrom('a', 'b'),
      items: fc.uniqueArray(fc.constantFrom('x', 'y', 'gone'), { minLength: 1 }),
    })
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 60 }), (events) => {
        const known = (item: string) => item !== 'gone'
        const { events: kept, report } = run(events, known)
        const dropped = Object.values(report.dropped).reduce((sum, n) => sum + n, 0)
        expect(report.kept).toBe(kept.length)
        expect(report.kept + dropped).toBe(events.length)
        expect(run(kept, known).events).toEqual(kept)
      }),
      { numRuns: 500 },
    )
  })
})

describe('sessions', () => {
  test('a gap above half an hour or a clock set back starts a new session', () => {
    const last = { lastTime: NOW, session: 's' }
    expect(sessionOf({ lastTime: null, session: '' }, { id: 'a', time: NOW })).toBe('a')
    expect(sessionOf(last, { id: 'a', time: NOW + SESSION_GAP })).toBe('s')
    expect(sessionOf(last, { id: 'a', time: NOW + SESSION_GAP + 1 })).toBe('a')
    expect(sessionOf(last, { id: 'a', time: NOW - 10 * DAY })).toBe('a')
  })
})

test('a history has an entry for each known item of each event, ascending by time', () => {
  const rows = new Map([
    ['a', 0],
    ['b', 1],
  ])
  const history = fromEvents(
    [
      event({ name: 'purchase', time: 20, items: ['b', 'x', 'a'] }),
      event({ time: 10, items: ['a'] }),
      event({ name: 'search', time: 5, items: [] }),
    ],
    (id) => rows.get(id),
  )
  expect(history.map(({ item, time }) => [item, time])).toEqual([
    [0, 10],
    [1, 20],
    [0, 20],
  ])
})

test('for each item that a search found, the history gets an entry with the search’s query', () => {
  const rows = new Map([
    ['a', 0],
    ['b', 1],
  ])
  const found: Record<string, string[]> = { parasol: ['b', 'x', 'a'] }
  const search = (query?: string) => event({ name: 'search', time: 5, items: [], query })
  const history = fromEvents(
    [search('parasol'), search('lamp'), search()],
    (id) => rows.get(id),
    (query) => found[query] ?? [],
  )
  const entry = { name: 'search', time: 5, session: 's', query: 'parasol' }
  expect(history).toEqual([
    { ...entry, item: 1 },
    { ...entry, item: 0 },
  ])
})
