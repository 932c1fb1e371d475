/**
 * @module The headline's question on devices whose store began on the first tested day, for the verdict: a browser
 * has no older history.
 */
import { logLikelihood } from '@nearside/core/learning/likelihood.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { ndcg, placesOf } from '@nearside/train/metrics.ts'
import type { ArmFailure } from './armFailures.ts'
import { type ArmName, COUNTING_ARMS } from './arms.ts'
import type { BaselineContext } from './baselines.ts'
import { observedMean } from './bootstrap.ts'
import type { AskedCase } from './cases.ts'
import { type Store, storeHistory } from './owner/knowledge.ts'
import { type Counts, countedScores, type ScoreStore } from './owner/measure.ts'
import { type Headline, headlineTargets } from './questions.ts'
import { pairedLift } from './results.ts'
import type { RowCase, Rows } from './rows.ts'
import { countWorse, negated } from './shoppersWorse.ts'

/** Stores of the verdict: empty on the first tested day, or with the orders that the shop handed over. */
export const INSTALLED = ['install', 'seeded'] as const satisfies readonly Store[]

export interface InstalledQuestion {
  /** Start of the tested days, milliseconds. */
  readonly installed: number
  readonly headline: Headline
  /** Counting arms, tuned for this question on such stores. */
  readonly counts: Counts
}

/** Puts the rows of one case. @param failures gets the arms that can't score the case */
export async function measureInstalled(
  { installed, headline, counts }: InstalledQuestion,
  one: AskedCase,
  { rows, failures }: { readonly rows: Rows<RowCase>; readonly failures: ArmFailure[] },
  context: BaselineContext,
  scoreStore: ScoreStore,
): Promise<void> {
  const { hidden, targets } = headlineTargets(one, headline)
  if (targets.length === 0) return
  for (const store of INSTALLED) {
    const history = storeHistory(store, one, installed)
    const { terms, shown } = await scoreStore(store, history)
    const excluded = new Uint8Array(shown.length)
    if (hidden !== null) excluded[hidden] = 1
    const counted = await countedScores(counts, { ...context, history }, failures)
    const arms = [['base-fresh', terms.base], ['personal', shown], ...counted] as const
    const put = (arm: ArmName, metric: string, value: number) =>
      rows.put({ arm, store, metric: `${metric}${headline}` }, value)
    for (const [arm, scores] of arms)
      put(arm, 'ndcg@10', ndcg(placesOf(scores, targets, excluded), 10))
    for (const [arm, scores] of arms.slice(0, 2))
      put(arm, 'nll', -logLikelihood(scores, targets, excluded))
    const { share } = context.popularity
    put('popular-30d', 'ndcg@10', ndcg(placesOf(share, targets, excluded), 10))
  }
}

export type InstalledSummary = ReturnType<typeof summariseInstalled>[number]

/** One summary a store. Leave-one-out has no store: it is summarised by the compared arms. */
export function summariseInstalled(
  rows: Rows<RowCase>,
  seed: number,
  arms: readonly ArmName[],
  headline: Headline,
) {
  const learns = arms.includes('personal')
  const ships = learns ? 'personal' : 'base-fresh'
  const isMeasured = rows.series.some(({ store }) => store === 'install')
  const stores = isMeasured ? INSTALLED : (['beginning'] as const)
  return stores.map((store) => {
    const of = (arm: ArmName, metric = 'ndcg@10') => ({
      ...{ arm, metric: `${metric}${headline}` },
      ...(isMeasured && { store }),
    })
    const mean = (arm: ArmName) => observedMean(rows.means(of(arm)))
    const over = (arm: ArmName, other: ArmName) =>
      pairedLift(rows, of(arm), of(other), createRandom(seed))
    const counts = COUNTING_ARMS.filter((arm) => arms.includes(arm)).reduce(
      (best: ArmName, arm) => (mean(arm) > mean(best) ? arm : best),
      'popular-30d',
    )
    return {
      store,
      ships: mean(ships),
      overPopular: over(ships, 'popular-30d'),
      /** The strongest counting arm on these cases, a choice in its favour. */
      counts,
      overCounts: over(ships, counts),
      /** Null where devices don't learn. */
      learning: learns
        ? {
            lift: over('personal', 'base-fresh'),
            worse: countWorse(
              negated(rows.differences(of('personal', 'nll'), of('base-fresh', 'nll'))),
              createRandom(seed + 1),
            ),
          }
        : null,
    }
  })
}
