/**
 * @module Cleaning before learning: each stage is a pure function that also says how many events it
 * dropped. Stored events are never deleted by it; a rule that changes later is applied to all of
 * them again.
 */
import { DAY } from '../time.ts'
import { dropShorterLooks, dropVisits, variation } from './clean/visit.ts'
import type { ShopperEvent } from './event.ts'

export interface CleaningReport {
  readonly kept: number
  /** Reason → events dropped for it; reasons that dropped nothing are absent. */
  readonly dropped: Readonly<Record<string, number>>
}

export interface Cleaned {
  readonly events: readonly ShopperEvent[]
  readonly report: CleaningReport
}

interface CleaningContext {
  readonly now: number
  readonly known: (item: string) => boolean
}

type Events = readonly ShopperEvent[]
type Stage = (events: Events, context: CleaningContext) => Events

/** A double click or a tag that fires twice: the same thing within a second. */
const DUPLICATE_MS = 1000
/** A shorter look is a misclick. */
const BOUNCE_MS = 1000
/** Two item events a second for a minute are a script, not a shopper. */
const BURST_EVENTS = 120
const BURST_WINDOW = 60_000
/** A person's intervals vary; a coefficient of variation under 2 % over a dozen is a timer. */
const REGULAR_EVENTS = 12
const REGULAR_VARIATION = 0.02
const REGULAR_MIN_INTERVAL = 500
/** A search again within this is the same wish in better words: typed to the end, or corrected. */
const RETYPED_MS = 10_000
/** A clock this far ahead was wrong when the event was written. */
const CLOCK_TOLERANCE = DAY

/** Events "from tomorrow" would outweigh all others by recency; they are read as of now. */
const clampFuture: Stage = (events, { now }) =>
  events.map((event) => (event.time > now + CLOCK_TOLERANCE ? { ...event, time: now } : event))

const dropDuplicates: Stage = (events) => {
  const ids = new Set<string>()
  const lastTime = new Map<string, number>()
  return events.filter((event) => {
    if (ids.has(event.id)) return false
    ids.add(event.id)
    const key = JSON.stringify([event.name, event.session, event.query ?? '', ...event.items])
    const previous = lastTime.get(key)
    lastTime.set(key, event.time)
    return previous === undefined || Math.abs(event.time - previous) > DUPLICATE_MS
  })
}

/** Keeps what is left of an event when some of its items are gone from the catalog. */
const dropUnknownItems: Stage = (events, { known }) =>
  events.flatMap((event) => {
    if (event.items.every(known)) return [event]
    const items = event.items.filter(known)
    return items.length > 0 ? [{ ...event, items }] : []
  })

const dropBursts: Stage = (events) =>
  dropVisits(events, (visit) =>
    visit.some(
      ({ time }, i) => i >= BURST_EVENTS && time - visit[i - BURST_EVENTS].time < BURST_WINDOW,
    ),
  )

const dropRegularIntervals: Stage = (events) =>
  dropVisits(events, (visit) => {
    if (visit.length <= REGULAR_EVENTS) return false
    const intervals = visit.slice(1).map(({ time }, i) => time - visit[i].time)
    const mean = intervals.reduce((sum, x) => sum + x, 0) / intervals.length
    if (mean < REGULAR_MIN_INTERVAL) return false
    return variation(intervals) < REGULAR_VARIATION
  })

/**
 * Of searches that follow each other at once, the last says what was meant. A list that was shown
 * between them doesn't part them: it may be what the first of them found.
 */
const dropRetypedQueries: Stage = (events) => {
  const next = new Map<string, ShopperEvent>()
  const kept = events.toReversed().filter((event) => {
    const { name, session, time } = event
    if (name === 'view_item_list') return true
    const after = next.get(session)
    next.set(session, event)
    return !(name === 'search' && after?.name === 'search' && after.time - time <= RETYPED_MS)
  })
  return kept.reverse()
}

const STAGES: readonly (readonly [reason: string, stage: Stage])[] = [
  ['clock', clampFuture],
  // Before duplicates: without their unknown items, two events may be the same.
  ['unknown item', dropUnknownItems],
  ['duplicate', dropDuplicates],
  ['burst', dropBursts],
  ['regular intervals', dropRegularIntervals],
  ['misclick', (events) => dropShorterLooks(events, BOUNCE_MS)],
  // Last: what a script or a slip did between two searches doesn't part them.
  ['retyped query', dropRetypedQueries],
]

/** All stages in order. `invalid` counts what could not even be read back as an event. */
export function clean(
  events: readonly ShopperEvent[],
  context: CleaningContext,
  invalid = 0,
): Cleaned {
  return runStages(events, STAGES, context, invalid > 0 ? { invalid } : {})
}

/** @param before what was dropped already, by reason */
export function runStages<Context>(
  events: Events,
  stages: readonly (readonly [
    reason: string,
    stage: (events: Events, context: Context) => Events,
  ])[],
  context: Context,
  before: CleaningReport['dropped'] = {},
): Cleaned {
  const dropped = { ...before }
  let kept: Events = events.toSorted((a, b) => a.time - b.time)
  for (const [reason, stage] of stages) {
    const next = stage(kept, context)
    if (next.length < kept.length) dropped[reason] = kept.length - next.length
    kept = next
  }
  return { events: kept, report: { kept: kept.length, dropped } }
}
