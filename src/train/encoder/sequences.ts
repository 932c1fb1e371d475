/**
 * @module Turns a shopper's history into a sequence of item sets, one for each session (order, visit or day), and cuts
 * it into training windows. The items of a set have no meaningful order, so each epoch shuffles them. A position inside
 * a set learns to predict the next item of the set; the last position, the whole next set, which is the task on
 * devices.
 */
import type { LogName } from '@nearside/core/events/event.ts'
import { eventStrength } from '@nearside/core/events/strength.ts'
import type { History } from '@nearside/core/features/history.ts'
import { groupBy } from '@nearside/core/groupBy.ts'
import { eventRow, gapBucket, HISTORY_LENGTH } from '@nearside/core/model/encoder.ts'
import { type Random, shuffled } from '@nearside/core/model/random.ts'

/** Distinct items of one session. */
export interface ItemSet {
  readonly items: Int32Array
  /** For each item, the row (`eventRow`) of its strongest event in the session, by `eventStrength`. */
  readonly events: Uint8Array
  /** Times of the session's first and last event, milliseconds. */
  readonly from: number
  readonly to: number
}

/** At most L positions with their targets: a run of one shopper's consecutive positions, or several runs. */
export interface Window {
  readonly length: number
  /** For each position, the first position of its run. */
  readonly first: Int32Array
  /** Rows of each position in the tables of items, of events and of time gaps. */
  readonly items: Int32Array
  readonly events: Uint8Array
  readonly gaps: Uint8Array
  /** Targets of position t are `targets[start[t]] … targets[start[t + 1] − 1]`. */
  readonly start: Int32Array
  readonly targets: Int32Array
  readonly weights: Float32Array
}

/** Maximum number of targets drawn from the next set. */
const NEXT_TARGETS = 16
/** Weight of a set's last position, divided among its targets in the next set. A position inside a set has weight 1. */
const NEXT_WEIGHT = 4

/** One shopper's item sets before `until` (milliseconds), ascending by time. */
export function itemSets(history: History, until: number): ItemSet[] {
  const shown = history.filter(({ name, time }) => time < until && eventStrength(name) > 0)
  const sets = [...groupBy(shown, ({ session }) => session).values()].map((events): ItemSet => {
    const names = new Map<number, LogName>()
    for (const { item, name } of events) {
      const known = names.get(item)
      if (!known || eventStrength(name) > eventStrength(known)) names.set(item, name)
    }
    return {
      items: Int32Array.from(names.keys()),
      events: Uint8Array.from(names.values(), (name) => eventRow(name)),
      from: events[0].time,
      to: events[events.length - 1].time,
    }
  })
  return sets.sort((a, b) => a.from - b.from)
}

/**
 * Shuffles each set's items, and cuts the positions into windows of L positions; the first window has a random length.
 */
export function drawWindows(sets: readonly ItemSet[], random: Random): Window[] {
  const total = sets.reduce((sum, { items }) => sum + items.length, 0)
  if (sets.length === 0 || total < 2) return []
  const items = new Int32Array(total)
  const events = new Uint8Array(total)
  const gaps = new Uint8Array(total)
  const setOf = new Int32Array(total)
  let at = 0
  sets.forEach((set, s) => {
    const order = shuffled(set.items.length, random)
    for (let k = 0; k < order.length; k++, at++) {
      items[at] = set.items[order[k]]
      events[at] = set.events[order[k]]
      setOf[at] = s
      const last = k === order.length - 1
      if (last && s + 1 < sets.length) gaps[at] = gapBucket(Math.max(0, sets[s + 1].from - set.to))
    }
  })
  const windows: Window[] = []
  const first = total > HISTORY_LENGTH ? 1 + random.integer(HISTORY_LENGTH) : HISTORY_LENGTH
  for (let from = 0, to = Math.min(first, total); from < total; ) {
    const window = cut(from, to)
    if (window.targets.length > 0) windows.push(window)
    from = to
    to = Math.min(total, to + HISTORY_LENGTH)
  }
  return windows

  function cut(from: number, to: number): Window {
    const start = new Int32Array(to - from + 1)
    const targets: number[] = []
    const weights: number[] = []
    for (let t = from; t < to; t++) {
      const inside = t + 1 < total && setOf[t + 1] === setOf[t]
      if (inside) {
        targets.push(items[t + 1])
        weights.push(1)
      } else if (setOf[t] + 1 < sets.length) {
        const next = sets[setOf[t] + 1].items
        const order = shuffled(next.length, random)
        const count = Math.min(next.length, NEXT_TARGETS)
        for (let k = 0; k < count; k++) {
          targets.push(next[order[k]])
          weights.push(NEXT_WEIGHT / count)
        }
      }
      start[t - from + 1] = targets.length
    }
    return {
      length: to - from,
      first: new Int32Array(to - from),
      items: items.slice(from, to),
      events: events.slice(from, to),
      gaps: gaps.slice(from, to),
      start,
      targets: Int32Array.from(targets),
      weights: Float32Array.from(weights),
    }
  }
}

/** Joins short windows into windows of at most L positions, because each window costs time. */
export function packWindows(windows: readonly Window[]): Window[] {
  const packs: Window[][] = []
  let room = 0
  for (const window of windows) {
    if (window.length > room) {
      packs.push([])
      room = HISTORY_LENGTH
    }
    packs[packs.length - 1].push(window)
    room -= window.length
  }
  return packs.map((pack) => (pack.length === 1 ? pack[0] : joined(pack)))
}

function joined(windows: readonly Window[]): Window {
  const length = windows.reduce((sum, window) => sum + window.length, 0)
  const targets = windows.reduce((sum, window) => sum + window.targets.length, 0)
  const all = {
    length,
    first: new Int32Array(length),
    items: new Int32Array(length),
    events: new Uint8Array(length),
    gaps: new Uint8Array(length),
    start: new Int32Array(length + 1),
    targets: new Int32Array(targets),
    weights: new Float32Array(targets),
  }
  let at = 0
  let target = 0
  for (const window of windows) {
    all.items.set(window.items, at)
    all.events.set(window.events, at)
    all.gaps.set(window.gaps, at)
    all.targets.set(window.targets, target)
    all.weights.set(window.weights, target)
    for (let t = 0; t < window.length; t++, at++) {
      all.first[at] = at - t + window.first[t]
      all.start[at + 1] = target + window.start[t + 1]
    }
    target += window.targets.length
  }
  return all
}
