/**
 * @module Measures one test case for a shop's owner: the rank of the purchased items on servers that know different
 * events, and on devices whose stores began at different times; for the report's verdict, also the rank of the next
 * product other than the one being viewed, on devices whose store began on the first tested day.
 */
import { firstAtOrAfter, type Wanted } from '@nearside/core/features/cases.ts'
import type { History } from '@nearside/core/features/history.ts'
import { logLikelihood } from '@nearside/core/learning/fuse.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { scoreTerms } from '@nearside/core/model/score.ts'
import { DAY } from '@nearside/core/time.ts'
import { hiding, hitRate, ndcg, placesOf } from '@nearside/train/metrics.ts'
import { type ArmFailure, tryArm } from '../armFailures.ts'
import { type ArmName, COUNTING_ARMS, type CountingArm } from '../arms.ts'
import type { BaselineContext, Score } from '../baselines.ts'
import type { AskedCase } from '../cases.ts'
import type { DeviceScores } from '../device.ts'
import type { RowCase, Rows } from '../rows.ts'
import {
  type Knowledge,
  type OfTuned,
  type ServerKnows,
  STORES,
  type Store,
  serverHistory,
  storeHistory,
  type TunedFor,
} from './knowledge.ts'

/** Suffix of the metrics whose only targets are the purchased items. */
export const BOUGHT = ':bought'

/** Metric: whether a list of ten has a purchased item, on devices whose store begins on the first tested day. */
export const HIT = `hitRate@10${BOUGHT}`

/** Arm of the server's second model, which was trained on orders alone. */
export const ORDER_TRAINED = 'order-trained'

/** Device stores for the report's verdict: empty on the first tested day, or with earlier orders from the shop. */
export const INSTALLED = ['install', 'seeded'] as const satisfies readonly Store[]

/** Data, the same for all shoppers, from which the server's arms and the baselines compute scores. */
export interface OwnerQuestions {
  readonly serverKnows: ServerKnows
  readonly dayOnly: boolean
  /** Start of the tested days, milliseconds. */
  readonly installed: number
  readonly counts: OfTuned<Readonly<Record<CountingArm, Score>>>
  /** Scores of a model that learned from orders alone, for a server without clicks; null if there is no such model. */
  readonly orderTrained: ((known: History, time: number) => Float32Array) | null
}

/**
 * One question about a case: items to find, from the events that `store` knows. `tuned`: condition for which the
 * baselines were tuned; null: only models answer this question.
 */
interface Ask extends Wanted {
  readonly store: Knowledge
  readonly suffix: string
  readonly tuned: TunedFor | null
}

/**
 * Writes the rows of one case; `base-fresh` and `personal` are the base model and the shipped model.
 * @param failures receives the arms that can't score the case; these arms get no row
 * @param context input of the baselines, except the history
 * @param model model with the statistics of the case's day
 */
export async function measureOwner(
  { serverKnows, dayOnly, counts, installed, orderTrained }: OwnerQuestions,
  one: AskedCase,
  { rows, failures }: { readonly rows: Rows<RowCase>; readonly failures: ArmFailure[] },
  context: BaselineContext,
  model: BaseModel,
  scoreStore: (store: Store, history: History) => Promise<DeviceScores>,
): Promise<void> {
  const { history, time } = one
  const items = model.itemIds.length
  for (const { store, suffix, tuned, targets, hidden } of asksOf(one)) {
    const excluded = hiding(items, hidden)
    const put = (arm: ArmName | typeof ORDER_TRAINED, scores: Float32Array) => {
      const places = placesOf(scores, targets, excluded)
      rows.put({ arm, store, metric: `ndcg@10${suffix}` }, ndcg(places, 10))
      if (store === 'install' && suffix === BOUGHT)
        rows.put({ arm, store, metric: HIT }, hitRate(places, 10))
      if (arm === 'base-fresh' || arm === 'personal')
        rows.put({ arm, store, metric: `nll${suffix}` }, -logLikelihood(scores, targets, excluded))
    }
    const count = async (known: History) => {
      if (!tuned) return
      for (const arm of COUNTING_ARMS) {
        const scores = await tryArm(arm, failures, () => {
          const out = new Float32Array(items)
          counts[tuned][arm]({ ...context, history: known, time }, out)
          return out
        })
        if (scores) put(arm, scores)
      }
    }
    if (store === 'nightly') {
      const midnight = Math.floor(time / DAY) * DAY
      const known = history.slice(0, firstAtOrAfter(history, midnight))
      put('base-fresh', scoreTerms(model, known, time).base)
    } else if (store === 'server') {
      const known = serverHistory(serverKnows, one, dayOnly)
      put('base-fresh', scoreTerms(model, known, time).base)
      if (orderTrained) put(ORDER_TRAINED, orderTrained(known, time))
      await count(known)
    } else {
      const known = storeHistory(store, one, installed)
      const { terms, shown } = await scoreStore(store, known)
      put('popular-30d', context.popularity.share)
      put('base-fresh', terms.base)
      put('personal', shown)
      await count(known)
    }
  }
}

/** Questions for which this case has a target. */
function asksOf({ next, bought }: AskedCase): readonly Ask[] {
  const ofBought = { ...bought, suffix: BOUGHT }
  const asks: Ask[] = [
    ...INSTALLED.map((store) => ({ ...next, suffix: '', store, tuned: 'installed' as const })),
    ...STORES.map((store) => ({
      ...{ ...ofBought, store },
      tuned: store === 'beginning' || store === 'seeded' ? store : ('install' as const),
    })),
    { ...ofBought, store: 'server', tuned: 'server' },
    { ...ofBought, store: 'nightly', tuned: null },
  ]
  return asks.filter(({ targets }) => targets.length > 0)
}
