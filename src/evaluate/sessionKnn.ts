/**
 * @module Nearest-session baseline, applied to whole histories: finds the past visits, or whole shoppers, that share
 * most with the decayed history, and recommends their items.
 * @see Ludewig and Jannach 2018, "Evaluation of session-based recommendation algorithms" (V-SKNN),
 * doi 10.1007/s11257-018-9209-6
 */

import { eventStrength } from '@nearside/core/events/strength.ts'
import type { History } from '@nearside/core/features/history.ts'
import { DAY } from '@nearside/core/time.ts'
import {
  decayedInteractions,
  ITEM_KNN,
  type ItemKnnParameters,
  mixWithPopularity,
  oncePer,
  type TunableArm,
} from './baselines.ts'

/** Nearness of a visit or shopper that shares no item with the history. */
const NOT_MET = -1

export interface SessionKnnParameters extends ItemKnnParameters {
  readonly neighbour: 'session' | 'shopper'
  /** Number of nearest neighbours that count. */
  readonly nearest: number
  /** Age in days at which a neighbour counts half. */
  readonly agedDays: number
  /** Popularity penalty: an item's weight is divided by the number of neighbours with this item, to this power. */
  readonly rarity: number
}

/** @param before milliseconds; only events before this time count. */
export function sessionKnn(
  items: number,
  histories: readonly History[],
  before: number,
): TunableArm<SessionKnnParameters> {
  const among = {
    session: indexed(items, histories, before, ({ session }) => session),
    shopper: indexed(items, histories, before, () => ''),
  }
  const { grid, below, start } = ITEM_KNN
  return {
    start: { ...start, neighbour: 'session', nearest: 200, agedDays: 365, rarity: 0 },
    grid: {
      neighbour: ['session', 'shopper'],
      ...grid,
      nearest: [50, 100, 200, 500, 1000],
      agedDays: [30, 90, 365, 1000],
      rarity: [0, 0.25, 0.5],
    },
    ...(below && { below }),
    score({ own, fill, neighbour, nearest, agedDays, rarity, ...decay }, context, out) {
      const { neighbours, having, lengths, nearness, rareness } = among[neighbour]
      const rare = rareness(rarity)
      const interactions = decayedInteractions(context, decay)
      const met: number[] = []
      for (const { item, weight } of own < 1 ? interactions : []) {
        const share = weight / rare[item]
        for (const one of having[item]) {
          if (nearness[one] < 0) {
            met.push(one)
            nearness[one] = 0
          }
          nearness[one] += share
        }
      }
      const near = new Float64Array(met.length)
      for (const [k, one] of met.entries()) {
        const age = (context.time - neighbours[one].time) / DAY
        near[k] = (nearness[one] * 2 ** (-age / agedDays)) / lengths[one]
        nearness[one] = NOT_MET
      }
      const most = Math.round(nearest)
      const furthest = met.length > most ? near.slice().sort()[met.length - most] : 0
      const counts = new Float32Array(out.length)
      for (let k = 0; k < met.length; k++) {
        const weight = near[k]
        if (weight < furthest) continue
        const { items } = neighbours[met[k]]
        for (let i = 0; i < items.length; i++) counts[items[i]] += weight / rare[items[i]]
      }
      let highest = 0
      for (let i = 0; i < counts.length; i++) if (counts[i] > highest) highest = counts[i]
      // The neighbours' scores are normalised, so that `own`, the weight of the history's own items, means the same for
      // any number of neighbours.
      if (highest > 0) for (let i = 0; i < counts.length; i++) counts[i] *= (1 - own) / highest
      const strongest = Math.max(...interactions.map(({ weight }) => weight))
      // Years after the last event, every weight has underflowed to 0.
      if (strongest > 0)
        for (const { item, weight } of interactions) counts[item] += (own * weight) / strongest
      mixWithPopularity(counts, context.popularity, fill, out)
    },
  }
}

function indexed(
  items: number,
  histories: readonly History[],
  before: number,
  group: (one: History[number]) => string,
) {
  /** Items of each past visit or shopper, and time of its latest event, milliseconds. */
  const neighbours = histories.flatMap((history) => {
    const groups = new Map<string, { items: Set<number>; time: number }>()
    for (const one of history) {
      if (one.time >= before || eventStrength(one.name) === 0) continue
      const known = groups.get(group(one)) ?? { items: new Set(), time: one.time }
      known.items.add(one.item)
      groups.set(group(one), { ...known, time: one.time })
    }
    return [...groups.values()].map(({ items, time }) => ({ items: Int32Array.from(items), time }))
  })
  const having = Array.from({ length: items }, (): number[] => [])
  neighbours.forEach((one, at) => {
    for (const item of one.items) having[item].push(at)
  })
  return {
    neighbours,
    having,
    lengths: Float64Array.from(neighbours, (one) => Math.sqrt(one.items.length)),
    /** Work space of `score`, which resets it after use. */
    nearness: new Float64Array(neighbours.length).fill(NOT_MET),
    rareness: oncePer((rarity) => Float64Array.from(having, ({ length }) => length ** rarity)),
  }
}
