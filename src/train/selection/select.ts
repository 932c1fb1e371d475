/**
 * @module Reports how much each feature says about the next item (by information gain and an L1 term), and whether and
 * why the model kept the feature.
 */
import { contextCandidates } from '@nearside/core/features/context/contextFeatures.ts'
import { FEATURES } from '@nearside/core/features/features.ts'
import type { FeatureRecord } from '@nearside/core/model/manifest.ts'
import { createRandom, type Random } from '@nearside/core/model/random.ts'
import type { ContextOutcome } from '../context/learnContext.ts'
import { partOf, type RankerDataset } from '../ranker/dataset.ts'
import { spreadOf } from '../ranker/select.ts'
import type { RankerData } from '../ranker/trainRanker.ts'
import { lassoPath } from './lasso.ts'

interface FeatureGain {
  /** Information gain in bits per item of the catalog, estimated from the sampled rows with their correction. */
  readonly gain: number
  /** Largest gain of the same values shuffled. By chance, `gain` exceeds it with probability 1 / (`SHUFFLES` + 1). */
  readonly noise: number
}

interface FeatureJudgement extends FeatureGain {
  readonly name: string
  /**
   * Largest L1 strength at which the feature's weight is not 0, as a share of the smallest strength at which all
   * weights are 0. Null if the weight is 0 at every strength.
   */
  readonly enters: number | null
  readonly carries: 'nothing: constant' | 'nothing: no gain, never entered' | 'something'
  /** Whether the model kept the feature, and why; absent before the model is known. */
  readonly kept?: boolean
  readonly reason?: string
}

/** Contents of `selection.json` of a model version. */
interface SelectionReport {
  readonly format: 2
  readonly cases: number
  readonly features: readonly FeatureJudgement[]
  /** Effect of each kind of context; absent until it is measured. */
  readonly context?: readonly ContextOutcome[]
}

/** Maximum number of cases; if there are more cases, every n-th case is judged. */
const MOST_CASES = 500
const LEAST_CASES = 20
/** Strengths of the L1 term, as shares of the smallest strength at which every weight is 0. */
const STRENGTHS = [0.3, 0.1, 0.03, 0.01, 0.003]

/** Judges the features; null if the log has too few cases. */
export function selectFeatures(
  { context }: Pick<RankerData, 'context'>,
  table: RankerDataset,
  seed: number,
): SelectionReport | null {
  const { cases } = table
  if (cases.length < LEAST_CASES) return null
  const each = Math.ceil(cases.length / MOST_CASES)
  const judged = new Set(cases.filter((_, c) => c % each === 0))
  const contexts = context ? contextCandidates(context.kinds) : []
  const names = [...FEATURES, ...contexts].map(({ name }) => name)
  const part = partOf(table, (one) => judged.has(one))
  return judgeFeatures(names, part, seed + 3)
}

export function judgeFeatures(
  names: readonly string[],
  data: RankerDataset,
  seed: number,
): SelectionReport {
  const { scale, constant } = spreadOf(data)
  const gains = informationGains(data, createRandom(seed))
  const path = lassoPath(data, scale, STRENGTHS)
  const features = names.map((name, f): FeatureJudgement => {
    const enters = path.find(({ weights }) => weights[f] !== 0)?.strength ?? null
    const { gain, noise } = gains[f]
    const isIdle = gain <= noise && enters === null
    const carries = constant.has(f)
      ? 'nothing: constant'
      : isIdle
        ? 'nothing: no gain, never entered'
        : 'something'
    return { name, gain, noise, enters, carries }
  })
  return { format: 2, cases: data.start.length - 1, features }
}

/** Adds the judgements to the manifest's records, and the manifest's decisions to the report. */
export function joinRecords(
  report: SelectionReport,
  records: readonly FeatureRecord[],
): { readonly report: SelectionReport; readonly records: readonly FeatureRecord[] } {
  const found = new Map(report.features.map((feature) => [feature.name, feature]))
  return {
    records: records.map((record) => {
      const feature = found.get(record.name)
      return feature ? { ...record, reason: `${record.reason}; ${finding(feature)}` } : record
    }),
    report: {
      ...report,
      features: report.features.map((feature) => {
        const record = records.find(({ name }) => name === feature.name)
        return record ? { ...feature, kept: record.kept, reason: record.reason } : feature
      }),
    },
  }
}

function finding({ gain, noise, enters, carries }: FeatureJudgement): string {
  if (carries !== 'something') return `carries ${carries}`
  const millibits = (bits: number) => (1000 * bits).toPrecision(2)
  const alone = `information gain ${millibits(gain)} millibits (shuffled ${millibits(noise)})`
  return enters === null
    ? `${alone}, an L1 term leaves it out`
    : `${alone}, enters at an L1 strength of ${enters}`
}

const BINS = 12
const SHUFFLES = 19

/**
 * Measures how much each feature alone says about the target: information gain over binned values. The values are
 * shuffled inside each case, so a feature that differs only between cases counts as noise.
 * @see Quinlan, Induction of decision trees, doi 10.1007/BF00116251
 */
export function informationGains(data: RankerDataset, random: Random): FeatureGain[] {
  const weights = data.correction.map(Math.exp)
  const labels = Uint8Array.from(data.target, (share) => (share > 0 ? 1 : 0))
  return Array.from({ length: data.columns }, (_, column) => {
    const { bins, count } = binned(data, column)
    if (count < 2) return { gain: 0, noise: 0 }
    const gain = gainOf(bins, count, weights, labels)
    let noise = 0
    for (let run = 0; run < SHUFFLES; run++) {
      shuffleInCases(bins, data.start, random)
      noise = Math.max(noise, gainOf(bins, count, weights, labels))
    }
    return { gain, noise }
  })
}

/** Bin of each row of a column, with quantiles of the column's values as edges. */
function binned(data: RankerDataset, column: number) {
  const rows = data.target.length
  const values = new Float32Array(rows)
  for (let row = 0; row < rows; row++) values[row] = data.features[row * data.columns + column]
  const sorted = values.slice().sort()
  // The median value, which for most features is 0, gets a bin of its own.
  const varied = sorted.filter((value) => value !== sorted[rows >> 1])
  const edges = new Set<number>([sorted[rows >> 1]])
  for (let bin = 0; bin < BINS; bin++) edges.add(varied[Math.floor((bin * varied.length) / BINS)])
  const cuts = [...edges].filter((edge) => edge !== undefined).sort((a, b) => a - b)
  const bins = Uint8Array.from(values, (value) => {
    let bin = 0
    while (bin + 1 < cuts.length && value >= cuts[bin + 1]) bin++
    return bin
  })
  return { bins, count: cuts.length }
}

function shuffleInCases(bins: Uint8Array, start: Int32Array, random: Random): void {
  for (let c = 0; c + 1 < start.length; c++) {
    for (let row = start[c + 1] - 1; row > start[c]; row--) {
      const other = start[c] + random.integer(row - start[c] + 1)
      const value = bins[row]
      bins[row] = bins[other]
      bins[other] = value
    }
  }
}

/** Computes H(label) − H(label | bin), bits. */
export function gainOf(
  bins: Uint8Array,
  count: number,
  weights: Float32Array,
  labels: Uint8Array,
): number {
  const sums = new Float64Array(2 * count)
  for (let row = 0; row < bins.length; row++) sums[2 * bins[row] + labels[row]] += weights[row]
  let no = 0
  let yes = 0
  let inside = 0
  for (let bin = 0; bin < count; bin++) {
    no += sums[2 * bin]
    yes += sums[2 * bin + 1]
    inside += entropy(sums[2 * bin], sums[2 * bin + 1])
  }
  return no + yes > 0 ? Math.max(0, (entropy(no, yes) - inside) / (no + yes)) : 0
}

/** Computes (a + b) · H(a / (a + b)), bits. */
function entropy(a: number, b: number): number {
  const part = (value: number) => (value > 0 ? value * Math.log2((a + b) / value) : 0)
  return part(a) + part(b)
}
