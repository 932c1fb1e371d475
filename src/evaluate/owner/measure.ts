/**
 * @module Measures one test case for a shop's owner: rank of the purchased items by the server, according to its
 * knowledge, and by the device, according to the start of its store. For the verdict, it also measures the next
 * different product on devices whose store began on the first tested day.
 */
import { firstAtOrAfter } from '@nearside/core/features/cases.ts'
import type { History } from '@nearside/core/features/history.ts'
import type { Wanted } from '@nearside/core/features/nextCases.ts'
import { logLikelihood } from '@nearside/core/learning/likelihood.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { scoreTerms } from '@nearside/core/model/score.ts'
import { DAY } from '@nearside/core/time.ts'
import { hiding, ndcg, placesOf } from '@nearside/train/metrics.ts'
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

/** Suffix of the metrics of the purchased items alone. */
export const BOUGHT = ':bought'

/** The server's other model, which learned from orders alone. */
export const ORDER_TRAINED = 'order-trained'

/** Stores of the verdict: empty on the first tested day, or with the orders that the shop handed over. */
export const INSTALLED = ['install', 'seeded'] as const satisfies readonly Store[]

type Counts = Readonly<Record<CountingArm, Score>>

/** Data for server and counting arms; the same for all shoppers. */
export interface OwnerQuestions {
  readonly serverKnows: ServerKnows
  readonly dayOnly: boolean
  /** Start of the tested days, milliseconds. */
  readonly installed: number
  readonly counts: OfTuned<Counts>
  /** Counting arms for the next different product since install. */
  readonly countsInstalled: Counts
  /** Scores of a model that learned from orders alone, for a server without clicks; null: there is none. */
  readonly orderTrained: ((known: History, time: number) => Float32Array) | null
}

/** Scores the catalog on a device with the given history. */
type ScoreStore = (store: Store, history: History) => Promise<DeviceScores>

interface Ask extends Wanted {
  readonly suffix: string
  readonly counts: Counts
}

/**
 * Puts the rows of one case; `base-fresh` and `personal` are the base model and the shipped model.
 * @param failures gets the arms that can't score the case; they have no row
 * @param context input of the counting arms except the history
 * @param model model with the statistics of the case's day
 */
export async function measureOwner(
  questions: OwnerQuestions,
  one: AskedCase,
  { rows, failures }: { readonly rows: Rows<RowCase>; readonly failures: ArmFailure[] },
  context: BaselineContext,
  model: BaseModel,
  scoreStore: ScoreStore,
): Promise<void> {
  const { serverKnows, dayOnly, counts, installed, orderTrained } = questions
  const { history, time, bought } = one
  const items = model.itemIds.length
  const put = (
    { targets, hidden, suffix }: Ask,
    arm: ArmName | typeof ORDER_TRAINED,
    store: Knowledge,
    scores: Float32Array,
  ) => {
    const excluded = hiding(items, hidden)
    const ndcg10 = ndcg(placesOf(scores, targets, excluded), 10)
    rows.put({ arm, store, metric: `ndcg@10${suffix}` }, ndcg10)
    if (arm === 'base-fresh' || arm === 'personal')
      rows.put({ arm, store, metric: `nll${suffix}` }, -logLikelihood(scores, targets, excluded))
  }
  const putCounts = async (ask: Ask, store: Knowledge, known: History) => {
    for (const arm of COUNTING_ARMS) {
      const scores = await tryArm(arm, failures, () => {
        const out = new Float32Array(items)
        ask.counts[arm]({ ...context, history: known, time }, out)
        return out
      })
      if (scores) put(ask, arm, store, scores)
    }
  }
  const ofBought = (counts: Counts): Ask => ({ ...bought, suffix: BOUGHT, counts })
  const verdict: Ask = { ...one.next, suffix: '', counts: questions.countsInstalled }
  for (const store of STORES) {
    const tuned = store === 'beginning' || store === 'seeded' ? store : 'install'
    const asks = [
      ofBought(counts[tuned]),
      ...((INSTALLED as readonly Store[]).includes(store) ? [verdict] : []),
    ].filter(({ targets }) => targets.length > 0)
    if (asks.length === 0) continue
    const held = storeHistory(store, one, installed)
    const { terms, shown } = await scoreStore(store, held)
    for (const ask of asks) {
      await putCounts(ask, store, held)
      put(ask, 'popular-30d', store, context.popularity.share)
      put(ask, 'base-fresh', store, terms.base)
      put(ask, 'personal', store, shown)
    }
  }
  if (bought.targets.length === 0) return
  const ask = ofBought(counts.server)
  const putBase = (store: Knowledge, known: History) =>
    put(ask, 'base-fresh', store, scoreTerms(model, known, time).base)
  const known = serverHistory(serverKnows, one, dayOnly)
  putBase('server', known)
  if (orderTrained) put(ask, ORDER_TRAINED, 'server', orderTrained(known, time))
  await putCounts(ask, 'server', known)
  const midnight = Math.floor(time / DAY) * DAY
  putBase('nightly', history.slice(0, firstAtOrAfter(history, midnight)))
}
