/** @module Who takes part in the comparison of incremental learners, and how each begins. */
import { FEATURE_COLUMN, FEATURE_COUNT } from '../../src/core/features/features.ts'
import { createRandom } from '../../src/core/model/random.ts'
import { type Combination, combine } from '../../src/core/personal/learners/combination.ts'
import { createGradientLearner } from '../../src/core/personal/learners/gradientDescent.ts'
import type { IncrementalLearner } from '../../src/core/personal/learners/learner.ts'
import { createMlp } from '../../src/core/personal/learners/mlp.ts'
import { createTreeLearner } from '../../src/core/personal/learners/treeLearner.ts'
import { BASE_COLUMN, INPUTS } from './stream.ts'

/** Rates that the learners leave open. */
export interface Rates {
  /** α of the head, and of the rescaled base. */
  readonly stepSize: number
  readonly rescaling: number
  /** η of the combination. */
  readonly combination: number
}

/** Members of the combination, in its order. */
export const MEMBERS = ['gradient', 'mlp', 'tree'] as const

const NOMINAL = new Set(
  (['boughtBefore', 'inLastOrder', 'dormant', 'isNew'] as const).map(
    (name) => FEATURE_COLUMN[name],
  ),
)
const ALL = Array.from({ length: FEATURE_COUNT + 1 }, (_, column) => column)

/** The base's own probability as a learner that never learns. */
export const BASE: IncrementalLearner<null> = {
  name: 'base',
  predict: (x) => 1 / (1 + Math.exp(-x[BASE_COLUMN])),
  learn() {},
  snapshot: () => null,
  restore() {},
}

/** On all inputs; starts as the base: weight 1 on its logit, 0 on everything else. */
export function createHead(
  name: string,
  stepSize: number,
  fusionWeight: number,
  adaptive: boolean,
): IncrementalLearner {
  return head(name, ALL, stepSize, fusionWeight, adaptive)
}

/** Two parameters only: the base's probabilities, calibrated. */
export function createRescaled(stepSize: number): IncrementalLearner {
  return head('base-rescaled', [BASE_COLUMN], stepSize, 1, false)
}

export function createNetwork(seed: number): IncrementalLearner {
  return createMlp(INPUTS, createRandom(seed))
}

export function createTree(): IncrementalLearner {
  return createTreeLearner(NOMINAL)
}

export function createCombination(rates: Rates, seed: number): Combination {
  const network = createNetwork(seed)
  return combine(
    [createHead('gradient', rates.stepSize, 0.5, true), network, createTree()],
    rates.combination,
  )
}

function head(
  name: string,
  columns: readonly number[],
  stepSize: number,
  fusionWeight: number,
  adaptive: boolean,
) {
  const initial = [...columns.map((column) => Number(column === BASE_COLUMN)), 0]
  return createGradientLearner({ name, columns, initial, stepSize, fusionWeight, adaptive })
}
