/**
 * @module Selects features at each pretrain: measures each feature by information gain and an L1 term, and
 * reports which features the model kept and why.
 */
import { contextCandidates } from '@nearside/core/features/context/contextFeatures.ts'
import { FEATURES } from '@nearside/core/features/features.ts'
import type { FeatureRecord } from '@nearside/core/model/manifest.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import type { ContextOutcome } from '../context/learnContext.ts'
import type { RankerDataset } from '../ranker/dataset.ts'
import type { SampleOptions } from '../ranker/sample.ts'
import { sampleTable } from '../ranker/sampledTable.ts'
import { spreadOf } from '../ranker/select.ts'
import type { RankerData } from '../ranker/trainRanker.ts'
import { informationGains } from './informationGain.ts'
import { lassoPath } from './lasso.ts'

interface FeatureJudgement {
  readonly name: string
  /** Gain in bits per item of the catalog, and the largest gain of shuffled values. */
  readonly gain: number
  readonly noise: number
  /** Largest L1 strength at which the feature enters, as a share of the smallest that keeps all out; null: never. */
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
  /** Effect of each kind of context on later cases; absent before it is known. */
  readonly context?: readonly ContextOutcome[]
}

const MAX_CASES = 1000
const LEAST_CASES = 20
/** Strengths of the L1 term, as shares of the smallest strength at which every weight is 0. */
const STRENGTHS = [0.3, 0.1, 0.03, 0.01, 0.003]

/** Judges the features; null if the log has too few cases. */
export function selectFeatures(
  data: RankerData,
  options: Pick<SampleOptions, 'from' | 'until'> & { readonly seed: number },
): SelectionReport | null {
  const random = createRandom(options.seed + 2)
  const { cases, tableOf } = sampleTable(data, { ...options, maxCases: MAX_CASES }, random)
  if (cases.length < LEAST_CASES) return null
  const contexts = data.context ? contextCandidates(data.context.kinds) : []
  const names = [...FEATURES, ...contexts].map(({ name }) => name)
  return judgeFeatures(names, tableOf(cases), options.seed + 3)
}

/** @param names names of the columns */
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

/** Adds the selection's findings to the model's records, and the model's decisions to the report. */
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
