/**
 * @module Measures one test case for a shop's owner: rank of the purchased items by the server, according to its
 * knowledge, and by the device, according to the start of its store. All figures are NDCG@10.
 */
import { firstAtOrAfter } from '@nearside/core/features/cases.ts'
import type { History } from '@nearside/core/features/history.ts'
import { logLikelihood } from '@nearside/core/learning/likelihood.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { scoreTerms } from '@nearside/core/model/score.ts'
import { DAY } from '@nearside/core/time.ts'
import { ndcg, placesOf } from '@nearside/train/metrics.ts'
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
} from './knowledge.ts'

/** Metrics of the owner's rows, of the purchased items alone. */
export const BOUGHT = 'ndcg@10:bought'
export const BOUGHT_NLL = 'nll:bought'

/** The server's other model, which learned from orders alone. */
export const ORDER_TRAINED = 'order-trained'

export type Counts = Readonly<Record<CountingArm, Score>>

/** Data for server and counting arms; the same for all shoppers. */
export interface OwnerQuestions {
  readonly serverKnows: ServerKnows
  readonly dayOnly: boolean
  /** Start of the tested days, milliseconds. */
  readonly installed: number
  readonly counts: OfTuned<Counts>
  /** Scores of a model that learned from orders alone, for a server without clicks; null: there is none. */
  readonly orderTrained: ((known: History, time: number) => Float32Array) | null
}

/** Scores the catalog on a device with the given history. */
export type ScoreStore = (store: Store, history: History) => Promise<DeviceScores>

/** Scores of the counting arms that can score the context. */
export async function countedScores(
  by: Counts,
  context: BaselineContext,
  failures: ArmFailure[],
): Promise<(readonly [CountingArm, Float32Array])[]> {
  const scored: [CountingArm, Float32Array][] = []
  for (const arm of COUNTING_ARMS) {
    const scores = await tryArm(arm, failures, () => {
      const out = new Float32Array(context.popularity.share.length)
      by[arm](context, out)
      return out
    })
    if (scores) scored.push([arm, scores])
  }
  return scored
}

/**
 * Puts the rows of one case; `base-fresh` and `personal` are the base model and the shipped model.
 * @param failures gets the arms that can't score the case; they have no row
 * @param context input of the counting arms except the history
 * @param model model with the statistics of the case's day
 */
export async function measureOwner(
  { serverKnows, dayOnly, counts, installed, orderTrained }: OwnerQuestions,
  { history, time, bought }: AskedCase,
  { rows, failures }: { readonly rows: Rows<RowCase>; readonly failures: ArmFailure[] },
  context: BaselineContext,
  model: BaseModel,
  scoreStore: ScoreStore,
): Promise<void> {
  const put = (arm: ArmName | typeof ORDER_TRAINED, store: Knowledge, scores: Float32Array) =>
    rows.put({ arm, store, metric: BOUGHT }, ndcg(placesOf(scores, bought), 10))
  const putBase = (store: Knowledge, known: History) =>
    put('base-fresh', store, scoreTerms(model, known, time).base)
  const putCounts = async (store: Knowledge, by: Counts, known: History) => {
    for (const [arm, scores] of await countedScores(by, { ...context, history: known }, failures))
      put(arm, store, scores)
  }
  for (const store of STORES) {
    const held = storeHistory(store, { history, time }, installed)
    const { terms, shown } = await scoreStore(store, held)
    await putCounts(
      store,
      counts[store === 'beginning' || store === 'seeded' ? store : 'install'],
      held,
    )
    for (const [arm, scores] of [
      ['base-fresh', terms.base],
      ['personal', shown],
    ] as const) {
      put(arm, store, scores)
      rows.put({ arm, store, metric: BOUGHT_NLL }, -logLikelihood(scores, bought))
    }
  }
  const known = serverHistory(serverKnows, { history, time }, dayOnly)
  putBase('server', known)
  if (orderTrained) put(ORDER_TRAINED, 'server', orderTrained(known, time))
  await putCounts('server', counts.server, known)
  const midnight = Math.floor(time / DAY) * DAY
  putBase('nightly', history.slice(0, firstAtOrAfter(history, midnight)))
}
