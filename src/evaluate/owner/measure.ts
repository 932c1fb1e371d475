/**
 * @module What a shop's owner asks of one case: how well the bought is ranked by a server, by what it
 * knows, and by a device, by when its store began. NDCG@10 throughout.
 */
import { firstAtOrAfter } from '../../core/features/cases.ts'
import type { History } from '../../core/features/history.ts'
import type { BaseModel } from '../../core/model/baseModel.ts'
import { scoreTerms } from '../../core/model/score.ts'
import { DAY } from '../../core/time.ts'
import { ndcg, placesOf } from '../../train/metrics.ts'
import { type ArmFailure, tryArm } from '../armFailures.ts'
import type { BaselineName } from '../arms.ts'
import type { BaselineContext } from '../baselines.ts'
import type { AskedCase } from '../cases.ts'
import type { DeviceScores } from '../device.ts'
import { type ServerKnows, STORES, type Store, serverHistory, storeHistory } from './knowledge.ts'

/** Arms that only count: each is asked, since which is the strongest only the tested cases can tell. */
export const COUNTING_ARMS = [
  'recently-viewed',
  'item-knn',
  'session-knn',
  'ease',
] as const satisfies readonly BaselineName[]

export type CountingArm = (typeof COUNTING_ARMS)[number]

type OfCounts<T> = Readonly<Record<CountingArm, T>>

type Counts = OfCounts<(context: BaselineContext, out: Float32Array) => void>

/** What servers and counts need; the same for all shoppers. */
export interface OwnerQuestions {
  readonly serverKnows: ServerKnows
  readonly dayOnly: boolean
  /** Milliseconds; when the tested days begin. */
  readonly installed: number
  /** Tuned by who counts what. */
  readonly counts: Readonly<Record<'server' | 'install' | 'seeded' | 'beginning', Counts>>
}

/** NDCG@10 of what was bought. */
export interface OwnerCase {
  readonly server: { readonly model: number; readonly counts: OfCounts<number> }
  /** Of a server that has taken every event before the case's midnight. */
  readonly nightly: number
  readonly stores: Readonly<Record<Store, StoreQuality>>
}

interface StoreQuality {
  readonly counts: OfCounts<number>
  /** Nothing learned. */
  readonly base: number
  /** What ships. */
  readonly personal: number
}

/** Scores by a device that holds a history. */
type ScoreStore = (store: Store, history: History) => Promise<DeviceScores>

/**
 * @param asked `failures` gains the arms that can't score the case; their NDCG is NaN
 * @param context what counts know but the history
 * @param model with the statistics of the case's day
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
