/**
 * @module Turns a shopper's log into cases to predict. With exact times a case is one order, or one event other than a
 * purchase. With day-only times a case is a shopper's whole day, because the sequence of the events within the day is
 * unknown.
 */

import { eventStrength } from '../events/strength.ts'
import { firstIndex } from '../firstIndex.ts'
import { DAY } from '../time.ts'
import type { Case, History, Interaction } from './history.ts'

/** Whole log of one shopper, ascending by time. */
export interface ShopperHistory {
  readonly id: string
  readonly interactions: History
}

/** Computes each history only when it is read. */
export function historiesOf(shoppers: readonly ShopperHistory[]): Iterable<History> {
  return {
    *[Symbol.iterator]() {
      for (const { interactions } of shoppers) yield interactions
    },
  }
}

/** @param until milliseconds since the epoch, exclusive */
export function shopperBefore(shopper: ShopperHistory, until: number): ShopperHistory {
  const last = shopper.interactions.at(-1)
  if (!last || last.time < until) return shopper
  return {
    id: shopper.id,
    // The history is computed on access, so that memory doesn't hold a second copy of the log.
    get interactions() {
      const { interactions } = shopper
      return interactions.slice(0, firstAtOrAfter(interactions, until))
    },
  }
}

const isInterest = ({ name }: Interaction) => eventStrength(name) > 0

function keyOf({ name, session, time }: Interaction, dayOnly: boolean): string {
  if (dayOnly) return String(Math.floor(time / DAY))
  return name === 'purchase' ? `order ${session}` : `event ${time}`
}

/**
 * Cases at or after `from`, ascending by time. The history of a case contains all interactions strictly
 * before it (with day-only times: before its day).
 * @param shopper interactions of one shopper, ascending by time.
 * @param from milliseconds since the epoch.
 * @param isAsked whether an interaction makes a case and is one of its targets; histories contain all interactions.
 */
export function buildCases(
  shopper: ShopperHistory,
  dayOnly: boolean,
  from: number,
  isAsked: (one: Interaction) => boolean = isInterest,
): Case[] {
  const { interactions } = shopper
  const groups = new Map<string, { time: number; targets: Set<number> }>()
  for (const interaction of interactions) {
    if (!isAsked(interaction)) continue
    const key = keyOf(interaction, dayOnly)
    let group = groups.get(key)
    if (!group) {
      const time = dayOnly ? Math.floor(interaction.time / DAY) * DAY : interaction.time
      group = { time, targets: new Set() }
      groups.set(key, group)
    }
    group.targets.add(interaction.item)
  }
  const merged = new Map<number, Set<number>>()
  for (const { time, targets } of groups.values()) {
    if (time < from) continue
    const known = merged.get(time)
    if (known) for (const target of targets) known.add(target)
    else merged.set(time, targets)
  }
  return [...merged]
    .sort(([a], [b]) => a - b)
    .map(([time, targets]) => ({
      shopper: shopper.id,
      time,
      // The history is computed on access, so that a thousand cases don't store a thousand copies of the log.
      get history() {
        return interactions.slice(0, firstAtOrAfter(interactions, time))
      },
      targets: [...targets].sort((a, b) => a - b),
    }))
}

export const firstAtOrAfter = (interactions: History, time: number): number =>
  firstIndex(interactions.length, (at) => interactions[at].time >= time)

/**
 * The history without its most recent session: all that a server knows if it updates recommendations once a night. A
 * history of one session becomes empty.
 */
export function withoutLastSession(history: History): History {
  if (history.length === 0) return history
  const last = history[history.length - 1].session
  return history.filter(({ session }) => session !== last)
}
