/** @module Replays one shopper's cases, sorted by time: every arm ranks the whole catalog before it learns the case. */
import { withoutLastSession } from '@nearside/core/features/cases.ts'
import type { History } from '@nearside/core/features/history.ts'
import type { ItemStatistics } from '@nearside/core/features/itemStatistics.ts'
import { DIMENSION } from '@nearside/core/model/baseModel.ts'
import { personalScores, scoreTerms } from '@nearside/core/model/score.ts'
import { METRICS, measure } from '@nearside/train/metrics.ts'
import { questionsOf } from '@nearside/train/questions.ts'
import { type ArmFailure, requireFinite, tryArm } from './armFailures.ts'
import type { ArmName, BaselineName } from './arms.ts'
import type { BaselineContext, Score } from './baselines.ts'
import type { AskedCase } from './cases.ts'
import { type DeviceScores, type DeviceShop, ShopperDevice } from './device.ts'
import { STORES, type Store, storeHistory } from './owner/knowledge.ts'
import { measureOwner, type OwnerQuestions } from './owner/measure.ts'
import { popularityOf } from './popularity.ts'
import { type RowCase, Rows } from './rows.ts'

export interface Walk extends DeviceShop {
  /** Item statistics for the baselines, counted in the log, for a model made without a log. Default: the model's. */
  readonly countedAt?: (time: number) => ItemStatistics
  /** Start of the store whose history the main comparison of the arms uses. */
  readonly store: Store
  /** Data for the owner's questions; null if only the arms are compared. */
  readonly owner: OwnerQuestions | null
  /** Scores of the baselines; empty if only model arms are compared. */
  readonly baselines: Readonly<Partial<Record<BaselineName, Score>>>
}

export interface WalkedCase extends RowCase {
  readonly time: number
  /** Position of the case in its visit, from 1. */
  readonly place: number
  /** Whether the guard let the personal model, instead of the base model, rank this case. */
  readonly guardActive: boolean
  readonly failures: readonly ArmFailure[]
}

/** Adam's step size in the naive fine-tune (a fit without a prior): the textbook magnitude for thirty steps. */
const NAIVE_STEP_SIZE = 0.03
const NAIVE_STEPS = 30

/**
 * Replays a shopper's cases. For each case, writes rows of every compared arm, by question and metric (METRICS); rows
 * for the report's verdict; and, if the shopper bought something, rows for the owner's questions. There is one device,
 * with its own guard, for each start of a store. The guards of the main comparison's store and of the verdict's stores
 * observe every case; guards of other stores observe purchases only.
 * @param cases cases of one shopper, ascending by time.
 * @param onCase called after each case
 */
export async function walkShopper(
  walk: Walk,
  cases: readonly AskedCase[],
  onCase: () => void = () => {},
): Promise<Rows<WalkedCase>> {
  const rows = new Rows<WalkedCase>()
  const devices = Object.fromEntries(
    // The main comparison's device fits even at λ = 0, because the naive fine-tune needs its fit problem.
    STORES.map((store) => [store, new ShopperDevice(walk, store === walk.store)]),
  ) as Record<Store, ShopperDevice>
  for (const one of cases) {
    const { shopper, time, targets, place, next } = one
    const known: { held: History; scored: ReturnType<ShopperDevice['scoreUnguarded']> }[] = []
    const scoredIn = new Map<Store, Promise<DeviceScores>>()
    const scoreStore = (store: Store, history: History) => {
      // Each store has the last events of one history (`seeded` also earlier orders). So two stores with the same
      // length and the same first event have the same events.
      const found = known.find(
        ({ held }) => held.length === history.length && held[0] === history[0],
      )
      const scored = found?.scored ?? devices[store].scoreUnguarded({ history, time })
      if (!found) known.push({ held: history, scored })
      const scores = scoredIn.get(store) ?? devices[store].score({ history, time }, scored)
      scoredIn.set(store, scores)
      return scores
    }
    const history = storeHistory(walk.store, one, walk.installed)
    const scored = await scoreStore(walk.store, history)
    const counted = walk.countedAt?.(time) ?? scored.model.statistics
    const popularity = popularityOf(counted)
    const context = { history, time, popularity, neighbours: counted }
    const failures: ArmFailure[] = []
    const { guardActive } = devices[walk.store]
    const questions = questionsOf(next, history, walk.model.itemIds.length)
    const owner = one.bought.targets.length > 0 || questions.length > 0 ? walk.owner : null
    if (owner || questions.length > 0) rows.begin({ shopper, time, place, guardActive, failures })
    const scores = questions.length > 0 ? await scoreAll(walk, context, scored, failures) : {}
    for (const { suffix, targets, excluded } of questions) {
      for (const [arm, own] of Object.entries(scores))
        measure(own, targets, excluded).forEach((value, m) => {
          rows.put({ arm, metric: `${METRICS[m]}${suffix}` }, value)
        })
    }
    if (owner) await measureOwner(owner, one, { rows, failures }, context, scored.model, scoreStore)
    for (const [store, scores] of scoredIn) devices[store].observe(await scores, targets)
    onCase()
  }
  return rows
}

/** Scores of all items, [N], by compared arm. */
async function scoreAll(
  walk: Walk,
  context: BaselineContext,
  { model, terms, learned, shown }: DeviceScores,
  failures: ArmFailure[],
): Promise<Partial<Record<ArmName, Float32Array>>> {
  const { history, time } = context
  const scores: Partial<Record<ArmName, Float32Array>> = {
    'base-stale': scoreTerms(model, withoutLastSession(history), time).base,
    'base-fresh': terms.base,
    ...(walk.fit && { personal: shown }),
  }
  // The report needs the model's arms, so they must not fail.
  for (const [name, own] of Object.entries(scores)) requireFinite(name, own)
  for (const [name, score] of Object.entries(walk.baselines)) {
    const arm = name as BaselineName
    const own = await tryArm(arm, failures, () => {
      const out = new Float32Array(model.itemIds.length)
      score(context, out)
      return out
    })
    if (own) scores[arm] = own
  }
  // Without tuned baselines only the model's arms are compared; the naive fine-tune is not one of these arms.
  if (!walk.fit || Object.keys(walk.baselines).length === 0) return scores
  const naive = await tryArm('naive-finetune', failures, async () => {
    if (!learned || !walk.fit) return terms.base
    const zeros = new Float32Array(learned.problem.parameters)
    const { parameters } = await walk.fit({
      ...learned.problem,
      // Zeros switch the regularisation off.
      ...{ mean: zeros, precision: zeros },
      ...{ stepSize: zeros.map(() => NAIVE_STEP_SIZE), steps: NAIVE_STEPS },
    })
    const fitted = { u: parameters.slice(0, DIMENSION), w: parameters.slice(DIMENSION) }
    return personalScores(model, terms, fitted, 1)
  })
  return naive ? { ...scores, 'naive-finetune': naive } : scores
}
