/**
 * @module Grows the trees that re-rank a base's contenders, and ships them only if they rank better for
 * shoppers whom they have not seen: how many, and whether any, is judged by trees grown without
 * those shoppers.
 */
import { FEATURE_COUNT } from '../../features/features.ts'
import type { BaseModel } from '../../model/baseModel.ts'
import { firstTrees, type Trees } from '../../model/trees.ts'
import type { RankerDataset } from '../ranker/dataset.ts'
import { partOf } from '../ranker/part.ts'
import { bestBeyondError, type ScoringModel, type Validation } from '../validate.ts'
import { BOOST, boost } from './boost.ts'

/** Numbers of trees that are tried beside none. */
const COUNTS = [50, 100, 150] as const

export interface LearnedTrees {
  /** Grown on all shoppers; null where none help. */
  readonly trees: Trees | null
  /** As many, grown without the shoppers who are measured: honest beside what is learned from those. */
  readonly unseen: Trees | null
  /** Of the model as given, and of the best. */
  readonly without: Validation
  readonly best: Validation
}

/**
 * @param contenders of training cases, raw features
 * @param isMeasured whose cases `measure` asks about
 * @param measure one row a model, as `validate`
 */
export function learnTrees(
  model: ScoringModel,
  contenders: RankerDataset,
  untaught: ReadonlySet<number>,
  isMeasured: (shopper: string) => boolean,
  measure: (models: readonly ScoringModel[]) => readonly Validation[],
  onProgress: (step: string, done: number, total: number) => void = () => {},
): LearnedTrees {
  const grow = (step: string, count: number, isIn: (shopper: string) => boolean) =>
    boost(
      tableOf(
        partOf(contenders, ({ history, shopper }) => history.length > 0 && isIn(shopper)),
        model,
      ),
      {
        ...BOOST,
        trees: count,
        without: untaught,
        onTree: (done, total) => onProgress(step, done, total),
      },
    )
  const grown = grow('without the measured', Math.max(...COUNTS), (id) => !isMeasured(id))
  const counts = COUNTS.filter((count) => count <= grown.roots.length)
  const measured = measure([
    model,
    ...counts.map((count) => ({ ...model, trees: firstTrees(grown, count) })),
  ])
  const best = bestBeyondError(measured)
  const result = { without: measured[0], best: measured[best] }
  if (best === 0) return { ...result, trees: null, unseen: null }
  const count = counts[best - 1]
  return { ...result, trees: grow('all', count, () => true), unseen: firstTrees(grown, count) }
}

/** Scaled as on a device; trees start from w·f, since training shoppers' encoder scores flatter it. */
function tableOf(
  { start, features, item, target }: RankerDataset,
  { featureScale, featureWeights }: Pick<BaseModel, 'featureScale' | 'featureWeights'>,
) {
  const inverse = Float32Array.from(featureScale, (value) => (value > 0 ? 1 / value : 1))
  const scaled = features.map((value, at) => value * inverse[at % FEATURE_COUNT])
  const offset = Float64Array.from(item, (_, row) => {
    let sum = 0
    for (let f = 0, at = row * FEATURE_COUNT; f < FEATURE_COUNT; f++, at++)
      sum += featureWeights[f] * scaled[at]
    return sum
  })
  return { start, columns: FEATURE_COUNT, features: scaled, offset, target }
}
