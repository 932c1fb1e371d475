/**
 * @module Cleaning before learning: each stage is a pure function that also says how many events it
 * dropped. Stored events are never deleted by it; a rule that changes later is applied to all of
 * them again.
 */
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

export const CLEANINGS = ['rules', 'iqr', 'isolation-forest'] as const
/** Fixed rules; with Tukey's fences; with an isolation forest as well. */
export type Cleaning = (typeof CLEANINGS)[number]

interface CleaningContext {
  readonly now: number
  readonly known: (item: string) => boolean
}

type Stage = (events: readonly ShopperEvent[], context: CleaningContext) => readonly ShopperEvent[]

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
const CLOCK_TOLERANCE = 86_400_000

/** Events "from tomorrow" would outweigh all others by recency; they are read as of now. */
export const clampFuture: Stage = (events, { now }) =>
  events.map((event) => (event.time > now + CLOCK_TOLERANCE ? { ...event, time: now } : event))

export const dropDuplicates: Stage = (events) => {
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

/** Keeps what is left of an event when some of its items are gone from the catalogue. */
export const dropUnknownItems: Stage = (events, { known }) =>
  events.flatMap((event) => {
    if (event.items.every(known)) return [event]
    const items = event.items.filter(known)
    return items.length > 0 ? [{ ...event, items }] : []
  })

/** A purchase is trusted whatever its company. */
const sparesPurchases = (isBot: (session: readonly ShopperEvent[]) => boolean): Stage => {
  return (events) => {
    const sessions = new Map<string, ShopperEvent[]>()
    for (const event of events) {
      const members = sessions.get(event.session)
      if (members) members.push(event)
      else sessions.set(event.session, [event])
    }
    const bots = new Set<string>()
    for (const [session, members] of sessions) if (isBot(members)) bots.add(session)
    return events.filter((event) => event.name === 'purchase' || !bots.has(event.session))
  }
}

export const dropBursts: Stage = sparesPurchases((session) =>
  session.some(
    (event, i) =>
      i >= BURST_EVENTS && event.time - (session[i - BURST_EVENTS]?.time ?? 0) < BURST_WINDOW,
  ),
)

export const dropRegularIntervals: Stage = sparesPurchases((session) => {
  if (session.length <= REGULAR_EVENTS) return false
  const intervals = session.slice(1).map((event, i) => event.time - (session[i]?.time ?? 0))
  const mean = intervals.reduce((sum, x) => sum + x, 0) / intervals.length
  if (mean < REGULAR_MIN_INTERVAL) return false
  const variance = intervals.reduce((sum, x) => sum + (x - mean) ** 2, 0) / intervals.length
  return Math.sqrt(variance) / mean < REGULAR_VARIATION
})

export const dropMisclicks: Stage = (events) =>
  events.filter(
    ({ name, dwellMs }) =>
      !(
        (name === 'view_item' || name === 'select_item') &&
        dwellMs !== undefined &&
        dwellMs < BOUNCE_MS
      ),
  )

/**
 * Of searches that follow each other at once, the last says what was meant. A list that was shown
 * between them doesn't part them: it may be what the first of them found.
 */
export const dropRetypedQueries: Stage = (events) => {
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
  ['misclick', dropMisclicks],
  // Last: what a script or a slip did between two searches doesn't part them.
  ['retyped query', dropRetypedQueries],
]

/** All stages in order. `invalid` counts what could not even be read back as an event. */
export function clean(
  events: readonly ShopperEvent[],
  context: CleaningContext,
  invalid = 0,
): Cleaned {
  const dropped: Record<string, number> = invalid > 0 ? { invalid } : {}
  let kept = [...events].sort((a, b) => a.time - b.time) as readonly ShopperEvent[]
  for (const [reason, stage] of STAGES) {
    const next = stage(kept, context)
    if (next.length < kept.length) dropped[reason] = kept.length - next.length
    kept = next
  }
  return { events: kept, report: { kept: kept.length, dropped } }
}
