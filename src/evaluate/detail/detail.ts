/**
 * @module What the report plots beyond means of arms: how quality runs over time and over a
 * shopper's cases, how it changes shopper by shopper, quality against λ, and calibration.
 */
import { createRandom } from '../../core/model/random.ts'
import { METRICS } from '../../train/metrics.ts'
import { ARMS, type ArmName } from '../arms.ts'
import { type Lift, type PairedValues, pairedBootstrap, weightedMean } from '../bootstrap.ts'
import { BUCKETS, groupByShopper, type MeanOver } from '../summary.ts'
import { type CaseResult, metricAt } from '../walk.ts'
import { CHECKED_ARMS } from './caseDetail.ts'
import { ADAPTIVE_FUSIONS, FUSION_GRID } from './fusion.ts'
import { type CaseValue, pairOver } from './perShopper.ts'
import { addTally, BIN_EDGES, emptyTally } from './reliability.ts'

/** Whose quality is shown by groups of cases; the rest of the arms would only cross their lines. */
export const GROUP_ARMS = [
  'popular-30d',
  'recently-viewed',
  'base-stale',
  'base-fresh',
  'personal',
] as const satisfies readonly ArmName[]

export interface CaseGroup {
  /** A month (`2011-09`), places among a shopper's cases (`4-5`) or lengths of history (`6-20`). */
  readonly label: string
  readonly cases: number
  readonly shoppers: number
  /** Mean NDCG@10. */
  readonly means: Readonly<Partial<Record<ArmName, number>>>
  /** personal over base-fresh; absent where base-fresh is at 0. */
  readonly lift?: Lift
}

export interface FusionPoint {
  /** The fixed λ; for the adaptive ones, their mean. */
  readonly weight: number
  readonly 'ndcg@10': number
  readonly nll: number
  /** NDCG@10 over λ = 0. */
  readonly lift?: Lift
}

export interface ReliabilityBin {
  /** Lower edge of the share given by the model. */
  readonly from: number
  /** Pairs of a case and an item. */
  readonly pairs: number
  /** Mean share given, and mean share that came. */
  readonly given: number
  readonly came: number
}

export interface Detail {
  readonly months: readonly CaseGroup[]
  /** By place among the shopper's cases. */
  readonly nthCase: readonly CaseGroup[]
  /** By entries before the case. */
  readonly history: readonly CaseGroup[]
  /** Mean change of NDCG@10, personal − base-fresh, of each shopper, ascending. */
  readonly shopperChanges: readonly number[]
  readonly fusion: {
    readonly fixed: readonly FusionPoint[]
    readonly adaptive: Readonly<Record<(typeof ADAPTIVE_FUSIONS)[number], FusionPoint>>
  }
  /** Σ |given − came| over the bins is the expected calibration error, `ece`. */
  readonly calibration: readonly {
    readonly arm: (typeof CHECKED_ARMS)[number]
    readonly ece: number
    readonly bins: readonly ReliabilityBin[]
  }[]
}

const NDCG = METRICS.indexOf('ndcg@10')
const ndcgOf =
  (arm: ArmName): CaseValue =>
  ({ metrics }) =>
    metrics[metricAt(ARMS.indexOf(arm), NDCG, false)]

/** Places of a shopper's cases, from 1. */
const NTH_CASES: readonly (readonly [label: string, least: number, most: number])[] = [
  ['1', 1, 1],
  ['2', 2, 2],
  ['3', 3, 3],
  ['4-5', 4, 5],
  ['6-10', 6, 10],
  ['>10', 11, Number.POSITIVE_INFINITY],
]

/** @param results of `walkShopper`, any order of shoppers. */
export function summariseDetail(
  results: readonly CaseResult[],
  seed: number,
  meanOver: MeanOver,
): Detail {
  const byShopper = groupByShopper(results)
  const context: Context = { byShopper, meanOver, seed }
  const monthOf = ({ time }: CaseResult) => new Date(time).toISOString().slice(0, 7)
  const months = [...new Set(results.map(monthOf))].sort()
  return {
    months: caseGroups(
      context,
      months.map((label) => [label, (one) => monthOf(one) === label]),
    ),
    nthCase: caseGroups(
      context,
      NTH_CASES.map(([label, least, most]) => [label, (_, k) => k + 1 >= least && k + 1 <= most]),
    ),
    history: caseGroups(
      context,
      BUCKETS.map(({ label, least, most }) => [
        label,
        ({ history }) => history >= least && history <= most,
      ]),
    ),
    shopperChanges: byShopper
      .map((own) => mean(own, ndcgOf('personal')) - mean(own, ndcgOf('base-fresh')))
      .sort((a, b) => a - b),
    fusion: fusionCurve(context),
    calibration: calibration(context),
  }
}

interface Context {
  readonly byShopper: readonly (readonly CaseResult[])[]
  readonly meanOver: MeanOver
  readonly seed: number
}

function caseGroups(
  { byShopper, meanOver, seed }: Context,
  groups: readonly (readonly [label: string, keep: (one: CaseResult, nth: number) => boolean])[],
): CaseGroup[] {
  const personal = ndcgOf('personal')
  const fresh = ndcgOf('base-fresh')
  const lifts = intervals(
    groups.map(([, keep]) => pairOver(byShopper, personal, fresh, meanOver, keep)),
    byShopper.length,
    seed,
  )
  return groups.flatMap(([label, keep], k) => {
    const cases = byShopper.reduce((sum, own) => sum + own.filter(keep).length, 0)
    if (cases === 0) return []
    const means = GROUP_ARMS.map((arm) => {
      const { values, weights } = pairOver(byShopper, ndcgOf(arm), fresh, meanOver, keep)
      return [arm, weightedMean(values, weights)] as const
    })
    const shoppers = byShopper.filter((own) => own.some(keep)).length
    return [{ label, cases, shoppers, means: Object.fromEntries(means), ...lifts[k] }]
  })
}

function fusionCurve({ byShopper, meanOver, seed }: Context): Detail['fusion'] {
  const at = (metric: 'ndcg' | 'nll', k: number) =>
    pairOver(
      byShopper,
      ({ detail }) => detail?.fusion[metric][k] ?? 0,
      ({ detail }) => detail?.fusion[metric][0] ?? 0,
      meanOver,
    )
  const count = FUSION_GRID.length + ADAPTIVE_FUSIONS.length
  const quality = Array.from({ length: count }, (_, k) => at('ndcg', k))
  const lifts = intervals(quality, byShopper.length, seed)
  const point = (k: number, weight: number): FusionPoint => {
    const nll = at('nll', k)
    return {
      weight,
      'ndcg@10': weightedMean(quality[k].values, quality[k].weights),
      nll: weightedMean(nll.values, nll.weights),
      ...lifts[k],
    }
  }
  const meanChosen = (name: (typeof ADAPTIVE_FUSIONS)[number]) => {
    const chosen: CaseValue = ({ detail }) => detail?.fusion.chosen[name] ?? 0
    const { values, weights } = pairOver(byShopper, chosen, chosen, meanOver)
    return weightedMean(values, weights)
  }
  const adaptive = ADAPTIVE_FUSIONS.map(
    (name, k) => [name, point(FUSION_GRID.length + k, meanChosen(name))] as const,
  )
  return {
    fixed: FUSION_GRID.map((weight, k) => point(k, weight)),
    adaptive: Object.fromEntries(adaptive) as Detail['fusion']['adaptive'],
  }
}

function calibration({ byShopper, meanOver }: Context): Detail['calibration'] {
  return CHECKED_ARMS.map((arm) => {
    const sum = emptyTally()
    let weights = 0
    for (const own of byShopper) {
      for (const { detail } of own) {
        if (!detail) continue
        const weight = meanOver === 'cases' ? 1 : 1 / own.length
        addTally(sum, detail.reliability[arm], weight)
        weights += weight
      }
    }
    const pairs = emptyTally()
    for (const own of byShopper)
      for (const { detail } of own) if (detail) addTally(pairs, detail.reliability[arm], 1)
    const bins = BIN_EDGES.flatMap((from, bin) => {
      const items = sum.items[bin]
      if (items === 0) return []
      return [
        {
          from,
          pairs: pairs.items[bin],
          given: sum.given[bin] / items,
          came: sum.came[bin] / items,
        },
      ]
    })
    const gap = BIN_EDGES.reduce(
      (total, _, bin) => total + Math.abs(sum.given[bin] - sum.came[bin]),
      0,
    )
    return { arm, ece: weights > 0 ? gap / weights : 0, bins }
  })
}

/** `{ lift }`, or nothing where it has no meaning; the same draws as the summary's, hence the same numbers. */
function intervals(
  pairs: readonly PairedValues[],
  shoppers: number,
  seed: number,
): ({ lift: Lift } | undefined)[] {
  const lifts = pairedBootstrap(pairs, shoppers, createRandom(seed))
  return lifts.map((lift) => (lift ? { lift } : undefined))
}

function mean(own: readonly CaseResult[], value: CaseValue): number {
  return own.reduce((sum, one) => sum + value(one), 0) / own.length
}
