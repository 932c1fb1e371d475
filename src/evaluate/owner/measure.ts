/**
 * @module Measures one test case for a shop's owner: rank of the purchased items by the server, according to its
 * knowledge, and by the device, according to the start of its store. All figures are NDCG@10.
 */
import { firstAtOrAfter } from '@nearside/core/features/cases.ts'
import type { History } from '@nearside/core/features/history.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { scoreTerms } from '@nearside/core/model/score.ts'
import { DAY } from '@nearside/core/time.ts'
import { ndcg, placesOf } from '@nearside/train/metrics.ts'
import { type ArmFailure, tryArm } from '../armFailures.ts'
import type { BaselineName } from '../arms.ts'
import type { BaselineContext } from '../baselines.ts'
import type { AskedCase } from '../cases.ts'
import type { DeviceScores } from '../device.ts'
import { type ServerKnows, STORES, type Store, serverHistory, storeHistory } from './knowledge.ts'

/** Counting arms. All are tested, because only the test cases show which is the strongest. */
export const COUNTING_ARMS = [
  'recently-viewed',
  'item-knn',
  'session-knn',
  'ease',
] as const satisfies readonly BaselineName[]

export type CountingArm = (typeof COUNTING_ARMS)[number]

type OfCounts<T> = Readonly<Record<CountingArm, T>>

type Counts = OfCounts<(context: BaselineContext, out: Float32Array) => void>

/** Data for server and counting arms; the same for all shoppers. */
export interface OwnerQuestions {
  readonly serverKnows: ServerKnows
  readonly dayOnly: boolean
  /** Start of the tested days, milliseconds. */
  readonly installed: number
  /** Counting arms, tuned for the knowledge of each place. */
  readonly counts: Readonly<Record<'server' | 'install' | 'seeded' | 'beginning', Counts>>
}

/** NDCG@10 of the purchased items. */
export interface OwnerCase {
  readonly server: { readonly model: number; readonly counts: OfCounts<number> }
  /** NDCG@10 of a server that has every event before the case's midnight. */
  readonly nightly: number
  readonly stores: Readonly<Record<Store, StoreQuality>>
}

interface StoreQuality {
  readonly counts: OfCounts<number>
  /** NDCG@10 of the base model without learning. */
  readonly base: number
  /** NDCG@10 of the shipped model. */
  readonly personal: number
}

/** Scores the catalog on a device with the given history. */
type ScoreStore = (store: Store, history: History) => Promise<DeviceScores>

/**
 * @param asked arms that can't score the case are added to `failures`; their NDCG is NaN
 * @param context input of the counting arms except the history
 * @param model model with the statistics of the case's day
 */
export async function measureOwner(
  {
    serverKnows,
    dayOnly,
    counts,
    installed,
    failures,
  }: OwnerQuestions & {
    readonly failures: ArmFailure[]
  },
  { history, time, bought }: AskedCase,
  context: BaselineContext,
  model: BaseModel,
  scoreStore: ScoreStore,
): Promise<OwnerCase> {
  const quality = (scores: Float32Array) => ndcg(placesOf(scores, bought), 10)
  const byModel = (known: History) => quality(scoreTerms(model, known, time).base)
  const byCounts = async (counts: Counts, known: History) => {
    const each = {} as Record<CountingArm, number>
    for (const arm of COUNTING_ARMS) {
      const scores = await tryArm(arm, failures, () => {
        const out = new Float32Array(model.itemIds.length)
        counts[arm]({ ...context, history: known, time }, out)
        return out
      })
      each[arm] = scores ? quality(scores) : Number.NaN
    }
    return each
  }
  const known = serverHistory(serverKnows, { history, time }, dayOnly)
  const midnight = Math.floor(time / DAY) * DAY
  const stores = {} as Record<Store, StoreQuality>
  for (const store of STORES) {
    const held = storeHistory(store, { history, time }, installed)
    const { terms, shown } = await scoreStore(store, held)
    stores[store] = {
      counts: await byCounts(
        counts[store === 'beginning' || store === 'seeded' ? store : 'install'],
        held,
      ),
      base: quality(terms.base),
      personal: quality(shown),
    }
  }
  return {
    server: { model: byModel(known), counts: await byCounts(counts.server, known) },
    nightly: byModel(history.slice(0, firstAtOrAfter(history, midnight))),
    stores,
  }
}
