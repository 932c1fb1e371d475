/**
 * @module Nearest-session baseline, applied to whole histories. It finds the past visits, or whole
 * shoppers, that share most with the decayed history; their other items are recommended.
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
  type TunableArm,
} from './baselines.ts'

/** Items of one past visit, or of one shopper. */
interface Neighbour {
  readonly items: readonly number[]
  /** Time of the latest event, milliseconds. */
  readonly time: number
}

export interface SessionKnnParameters extends ItemKnnParameters {
  readonly neighbour: 'session' | 'shopper'
  /** Number of nearest neighbours that count. */
  readonly nearest: number
  /** Age in days at which a neighbour counts half. */
  readonly agedDays: number
  /** Exponent of the number of neighbours with an item. The item's weight is divided by this power. */
  readonly rarity: number
}

/** @param before milliseconds; only earlier events count. */
export function sessionKnn(
  items: number,
  histories: readonly History[],
  before: number,
): TunableArm<SessionKnnParameters> {
  const among = {
    session: indexed(
      items,
      neighboursOf(histories, before, ({ session }) => session),
    ),
    shopper: indexed(
      items,
      neighboursOf(histories, before, () => ''),
    ),
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
      const { neighbours, having } = among[neighbour]
      const interactions = decayedInteractions(context, decay)
      const nearness = new Map<number, number>()
      for (const { item, weight } of own < 1 ? interactions : []) {
        const share = weight / having[item].length ** rarity
        for (const one of having[item]) nearness.set(one, (nearness.get(one) ?? 0) + share)
      }
      for (const [one, shared] of nearness) {
        const { items, time } = neighbours[one]
        const age = (context.time - time) / DAY
        nearness.set(one, (shared * 2 ** (-age / agedDays)) / Math.sqrt(items.length))
      }
      const furthest = Float64Array.from(nearness.values()).sort().at(-Math.round(nearest)) ?? 0
      const counts = new Float32Array(out.length)
      let highest = 0
      for (const [one, near] of nearness) {
        if (near < furthest) continue
        for (const item of neighbours[one].items) {
          counts[item] += near / having[item].length ** rarity
          highest = Math.max(highest, counts[item])
        }
      }
      // Normalise, so that the weight of a repeat does not depend on the number of neighbours.
      if (highest > 0) for (let i = 0; i < counts.length; i++) counts[i] *= (1 - own) / highest
      const strongest = Math.max(...interactions.map(({ weight }) => weight))
      // Years after the last event, every weight has underflowed to 0.
      if (strongest > 0)
        for (const { item, weight } of interactions) counts[item] += (own * weight) / strongest
      mixWithPopularity(counts, context.popularity, fill, out)
    },
  }
}

function neighboursOf(
  histories: readonly History[],
  before: number,
  group: (one: History[number]) => string,
): Neighbour[] {
  return histories.flatMap((history) => {
    const groups = new Map<string, { items: Set<number>; time: number }>()
    for (const one of history) {
      if (one.time >= before || eventStrength(one.name) === 0) continue
      const known = groups.get(group(one)) ?? { items: new Set(), time: one.time }
      known.items.add(one.item)
      groups.set(group(one), { ...known, time: one.time })
    }
    return [...groups.values()].map(({ items, time }) => ({ items: [...items], time }))
  })
}

function indexed(items: number, neighbours: readonly Neighbour[]) {
  const having = Array.from({ length: items }, (): number[] => [])
  neighbours.forEach((one, at) => {
    for (const item of one.items) having[item].push(at)
  })
  return { neighbours, having }
}
