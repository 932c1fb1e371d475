/** @module Cleans events before learning. Storage keeps the raw events, so a changed rule applies to old events, too. */
import { DAY } from '../time.ts'
import type { ShopperEvent } from './event.ts'

export interface CleaningReport {
  readonly kept: number
  /** Number of events dropped, by reason; reasons without drops are absent. */
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
/** Stages of cleaning in their sequence, each with the reason that the report gives for the events it drops. */
export type Stages<Context> = readonly (readonly [
  reason: string,
  stage: (events: Events, context: Context) => Events,
])[]

/** Milliseconds within which a repeated event is a duplicate, e.g. by a double click. */
const DUPLICATE_MS = 1000
/** Milliseconds below which a view is a misclick. */
const BOUNCE_MS = 1000
/** A visit with this many events within a minute (two per second) counts as a bot's. */
const BURST_EVENTS = 120
const BURST_WINDOW = 60_000
/** If a dozen intervals between events vary by less than 2 %, a timer made them; a person's intervals vary more. */
const REGULAR_EVENTS = 12
const REGULAR_VARIATION = 0.02
const REGULAR_MIN_INTERVAL = 500
/** Milliseconds within which a new search replaces the previous search, as a completed or corrected form of it. */
const RETYPED_MS = 10_000
/** Tolerance in milliseconds; an event that lies further in the future was written with a wrong clock. */
const CLOCK_TOLERANCE = DAY

/** Sets the time of future events to now, since their recency would outweigh all other events. */
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
    return mean >= REGULAR_MIN_INTERVAL && variation(intervals) < REGULAR_VARIATION
  })

/**
 * Keeps only the last of several searches in immediate succession. A shown list between two searches doesn't separate
 * them, since it can show the first search's results.
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

const STAGES: Stages<CleaningContext> = [
  ['clock', clampFuture],
  // Unknown items are dropped before duplicates, since two events can be equal without them.
  ['unknown item', dropUnknownItems],
  ['duplicate', dropDuplicates],
  ['burst', dropBursts],
  ['regular intervals', dropRegularIntervals],
  ['misclick', (events) => dropShorterLooks(events, BOUNCE_MS)],
  // Retyped searches are dropped last, so that a bot's actions or a misclick don't separate two searches.
  ['retyped query', dropRetypedQueries],
]

/** @param invalid number of stored records that could not be read as events */
export function clean(events: Events, context: CleaningContext, invalid = 0): Cleaned {
  return runStages(events, STAGES, context, invalid > 0 ? { invalid } : {})
}

/** @param before number of events that earlier stages dropped, by reason */
export function runStages<Context>(
  events: Events,
  stages: Stages<Context>,
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

export function eventsBySession(events: Events): Map<string, ShopperEvent[]> {
  const visits = new Map<string, ShopperEvent[]>()
  for (const event of events) {
    const visit = visits.get(event.session)
    if (visit) visit.push(event)
    else visits.set(event.session, [event])
  }
  return visits
}

/** Drops all events of visits that `isNoise` finds, except purchases, which are always trusted. */
export function dropVisits(events: Events, isNoise: (visit: Events) => boolean): Events {
  const noise = new Set<string>()
  for (const [session, visit] of eventsBySession(events)) if (isNoise(visit)) noise.add(session)
  return events.filter(({ name, session }) => name === 'purchase' || !noise.has(session))
}

/** @param least milliseconds; a shorter view is dropped */
export function dropShorterLooks(events: Events, least: number): Events {
  const isLook = ({ name }: ShopperEvent) => name === 'view_item' || name === 'select_item'
  return events.filter((event) => !(isLook(event) && (event.dwellMs ?? least) < least))
}

/** Coefficient of variation: standard deviation ÷ mean. */
export function variation(intervals: readonly number[]): number {
  const mean = intervals.reduce((sum, x) => sum + x, 0) / intervals.length
  const variance = intervals.reduce((sum, x) => sum + (x - mean) ** 2, 0) / intervals.length
  return Math.sqrt(variance) / mean
}
