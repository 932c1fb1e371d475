/** @module Counting arms, tuned on half of the shoppers like the weights, by sessions or by looks. */
import type { History } from '@nearside/core/features/history.ts'
import type { ItemStatistics } from '@nearside/core/features/itemStatistics.ts'
import {
  ITEM_KNN,
  RECENTLY_VIEWED,
  type Score,
  type TunableArm,
} from '@nearside/evaluate/baselines.ts'
import { ease, easeWeights } from '@nearside/evaluate/ease.ts'
import { popularityOf } from '@nearside/evaluate/popularity.ts'
import { type TuningCase, tune } from '@nearside/evaluate/tune.ts'
import type { NextCase } from './cases.ts'
import { atHand } from './state.ts'

interface TunedArm {
  readonly score: Score
  /** Parameters, and whether the arm halves by looks or by sessions. */
  readonly settings: object
}

export function contextOf(one: NextCase, statistics: ItemStatistics): TuningCase {
  const { history, time, targets } = one
  const popularity = popularityOf(statistics)
  return { history, time, targets, popularity, neighbours: statistics, hidden: null, weight: 1 }
}

/** @param before milliseconds since the epoch; EASE reads only earlier events. */
export function countingArms(items: number, histories: readonly History[], before: number) {
  return {
    'recently-viewed': RECENTLY_VIEWED,
    'item-knn': ITEM_KNN,
    ease: ease((ridge) => easeWeights(items, histories, before, ridge)),
  } as Readonly<Record<string, TunableArm>>
}

export function tuneArm(
  plain: TunableArm,
  contexts: readonly TuningCase[],
  items: number,
): TunedArm {
  const arm = withoutAtHand(plain)
  const read = { sessions: (history: History) => history, looks: byLook }
  const found = (['sessions', 'looks'] as const).map((by) => {
    const own = contexts.map((one) => ({ ...one, history: read[by](one.history) }))
    return { by, ...tune(arm, own, items) }
  })
  const { by, parameters } = found[1].quality > found[0].quality ? found[1] : found[0]
  return {
    score: (context, out) =>
      arm.score(parameters, { ...context, history: read[by](context.history) }, out),
    settings: { ...parameters, by },
  }
}

/** Each look as a session of its own, so that an arm can halve by looks instead of by sessions. */
function byLook(history: History): History {
  return history.map((one, k) => ({ ...one, session: String(k) }))
}

/** The arm without the product at hand, which can't be the answer. */
function withoutAtHand(arm: TunableArm): TunableArm {
  return {
    ...arm,
    score(parameters, context, out) {
      arm.score(parameters, context, out)
      const last = atHand(context.history)
      if (last >= 0) out[last] = -1e6
    },
  }
}
