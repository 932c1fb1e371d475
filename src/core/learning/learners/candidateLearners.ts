/**
 * @module Incremental learners over the base model's best candidates, as a device runs them. Every candidate of a case
 * is an example: did the shopper choose it? The learners predict each case before they learn from it. They change a list
 * only if so far they have ranked the chosen items higher than the model alone did.
 */
import { FEATURE_COLUMN, FEATURE_COUNT } from '../../features/features.ts'
import type { History } from '../../features/history.ts'
import type { BaseModel } from '../../model/baseModel.ts'
import { highestRows } from '../../model/highest.ts'
import { createRandom } from '../../model/random.ts'
import { scoreTerms } from '../../model/score.ts'
import { createPageHinkley, updatePageHinkley } from '../drift/drift.ts'
import { correctPrior, rebalance, shareOfYes } from '../imbalance/rebalance.ts'
import { casesFromHistory } from '../learningCases.ts'
import { createTreeLearner } from '../trees/hoeffdingTree.ts'
import { createGradientLearner } from './gradientDescent.ts'
import { type Example, type IncrementalLearner, logit, logLoss, sigmoid } from './learner.ts'
import type { Imbalance, LearnerName, LearnerWeight } from './names.ts'
import { createMlp } from './network.ts'

export const CASE_CANDIDATES = 50
/** Number of inputs of an example: the features and, last, the logit of the base probability. */
const INPUTS = FEATURE_COUNT + 1
const BASE_COLUMN = FEATURE_COUNT
/** Maximum number of recent cases that a new learner replays, as many as the personal fit uses. */
const FIRST_CASES = 64
/** Summed excess of errors over their mean, at which the shopper's interest counts as changed. */
const DRIFT_THRESHOLD = 5
/** Step size α of the gradient learner, chosen on training shoppers: docs/results/learners.md. */
const STEP_SIZE = 0.2
/** Learning rate η of the combination, chosen like `STEP_SIZE`. */
const COMBINATION_RATE = 0.02

/** Initial weight of the unchanged model; a learner gains weight only by better predictions. */
const FIRST_SHARE = 0.9

/** Boolean features, which the tree splits by value instead of by a threshold. */
const NOMINAL = new Set(
  (['boughtBefore', 'inLastOrder', 'dormant', 'isNew'] as const).map(
    (name) => FEATURE_COLUMN[name],
  ),
)

export interface CandidateLearnersOptions {
  readonly learners: readonly LearnerName[]
  readonly imbalance: Imbalance
  /** Number of cases in a batch that is learned once more as soon as it is full; 0: no case is learned twice. */
  readonly reviewAfter: number
  readonly seed: number
}

export class CandidateLearners {
  readonly #options: CandidateLearnersOptions
  #combination: Combination
  #drift = createPageHinkley(DRIFT_THRESHOLD)
  /** Time of the last learned case, in milliseconds since the epoch. */
  #until = Number.NEGATIVE_INFINITY
  #recent: Example[][] = []
  #cases = 0
  #restarts = 0
  /** Error of the model minus error of the learners, summed over cases since the last restart. */
  #gain = 0

  constructor(options: CandidateLearnersOptions) {
    this.#options = options
    this.#combination = combinationOf(options)
  }

  get cases(): number {
    return this.#cases
  }

  /** Number of restarts after a change of the shopper's interest. */
  get restarts(): number {
    return this.#restarts
  }

  get weights(): LearnerWeight[] {
    const weights = this.#combination.weights()
    const names = ['model' as const, ...this.#options.learners]
    return names.map((name, k) => ({ name, weight: weights[k] }))
  }

  /** Yields after each case, so that urgent work on the thread can run. */
  *learn(model: BaseModel, history: History): Generator<void, void> {
    const cases = casesFromHistory(history).filter(({ time }) => time > this.#until)
    for (const { time, history: before, targets } of cases.slice(-FIRST_CASES)) {
      const terms = scoreTerms(model, before, time)
      const rows = highestRows(terms.base, CASE_CANDIDATES)
      this.#take(examplesOf(terms.base, terms.features, rows, new Set(targets)))
      this.#until = time
      yield
    }
  }

  /**
   * Swaps the scores of the best candidates to follow the learners' predictions, so that other items keep their place.
   * Until the learners have proved better than the model, the scores stay the same.
   * @param features scaled, row-major [N, F]
   * @param scores scores of all items for this shopper, including the personal part, [N]
   */
  reorder(features: Float32Array, scores: Float32Array): Float32Array {
    if (this.#gain <= 0) return scores
    const rows = highestRows(scores, CASE_CANDIDATES)
    const chances = examplesOf(scores, features, rows).map(({ x }) => this.#combination.predict(x))
    const order = rows.map((_, k) => k).sort((a, b) => chances[b] - chances[a] || a - b)
    const reordered = scores.slice()
    order.forEach((from, place) => {
      reordered[rows[from]] = scores[rows[place]]
    })
    return reordered
  }

  #take(examples: Example[]): void {
    const error = errorOf(examples, this.#combination)
    this.#gain += errorOf(examples, MODEL) - error
    if (updatePageHinkley(this.#drift, error)) {
      this.#combination = combinationOf(this.#options)
      this.#gain = 0
      this.#recent = []
      this.#restarts++
    }
    this.#combination.learn(examples)
    this.#cases++
    this.#recent.push(examples)
    const { reviewAfter } = this.#options
    if (reviewAfter === 0 || this.#recent.length < reviewAfter) return
    this.#combination.learn(this.#recent.flat())
    this.#recent = []
  }
}

/** @param wanted rows that the shopper chose; absent before the choice is known */
function examplesOf(
  scores: Float32Array,
  features: Float32Array,
  rows: readonly number[],
  wanted: ReadonlySet<number> = new Set(),
): Example[] {
  const highest = scores.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY)
  const total = scores.reduce((sum, score) => sum + Math.exp(score - highest), 0)
  return rows.map((row) => {
    const x = new Float32Array(INPUTS)
    x.set(features.subarray(row * FEATURE_COUNT, (row + 1) * FEATURE_COUNT))
    const share = Math.exp(scores[row] - highest) / total
    x[BASE_COLUMN] = logit(share)
    return { x, label: wanted.has(row) ? 1 : 0 }
  })
}

/** The base model as a learner. */
const MODEL: IncrementalLearner = {
  predict: (x) => sigmoid(x[BASE_COLUMN]),
  learn() {},
}

/** Mean share of the candidates that rank above a chosen candidate, 0 … 1; 1 if none was chosen. */
function errorOf(examples: readonly Example[], { predict }: Pick<Combination, 'predict'>): number {
  const chances = examples.map(({ x }) => predict(x))
  const shares = examples.flatMap(({ label }, k) =>
    label === 1 ? [chances.filter((chance) => chance > chances[k]).length / chances.length] : [],
  )
  return shares.length > 0 ? shares.reduce((a, b) => a + b, 0) / shares.length : 1
}

function combinationOf({ learners, imbalance, seed }: CandidateLearnersOptions): Combination {
  const make: Readonly<Record<LearnerName, () => IncrementalLearner>> = {
    // The gradient learner starts as the base model: weight 1 on its logit, 0 on the features.
    gradient: () =>
      createGradientLearner([...new Array(BASE_COLUMN).fill(0), 1, 0], STEP_SIZE, 0.5),
    network: () => rebalanced(createMlp(INPUTS, createRandom(seed)), imbalance, seed),
    tree: () => createTreeLearner(NOMINAL),
  }
  const members = [MODEL, ...learners.map((name) => make[name]())]
  const rest = (1 - FIRST_SHARE) / Math.max(1, learners.length)
  const weights = members.map((_, k) => (k > 0 ? rest : 1 - rest * learners.length))
  return combine(members, COMBINATION_RATE, weights)
}

/**
 * Wraps a learner so that it trains on balanced batches, and corrects its predictions to the true share of positives.
 */
function rebalanced(
  learner: IncrementalLearner,
  method: Imbalance,
  seed: number,
): IncrementalLearner {
  if (method === 'none') return learner
  const random = createRandom(seed + 1)
  let trained = 0
  let actual = 0
  let batches = 0
  const follow = (mean: number, value: number) => mean + (value - mean) / batches
  return {
    predict: (x) => correctPrior(learner.predict(x), trained, actual),
    learn(batch) {
      const balanced = rebalance(batch, method, random)
      batches++
      trained = follow(trained, shareOfYes(balanced))
      actual = follow(actual, shareOfYes(batch))
      learner.learn(balanced)
    },
  }
}

interface Combination extends IncrementalLearner {
  /** Weights in the order of the learners; they sum to one. */
  weights(): readonly number[]
}

/** Share of the weight that is spread evenly over all learners after each batch. */
const SHARE = 0.01

/**
 * Combines learners by weights, which follow each learner's log-loss on new examples by exponentiated gradient:
 * w_k ∝ w_k · exp(−η · loss_k). After each batch, a small share of the weight is spread evenly over all learners, so
 * that a learner can recover when the shopper changes. Predictions are averaged as log-odds: in a mean of
 * probabilities, an untrained learner that predicts about ½ would hide the small differences of the others.
 * @param rate η, the learning rate per example
 * @param initial weights at the start, which sum to one
 * @see Herbster and Warmuth, Tracking the best expert, Machine Learning 32, 1998
 */
export function combine(
  learners: readonly IncrementalLearner[],
  rate: number,
  initial: readonly number[],
): Combination {
  let weights = initial
  return {
    weights: () => weights,
    predict: (x) =>
      sigmoid(learners.reduce((sum, one, k) => sum + weights[k] * logit(one.predict(x)), 0)),
    learn(batch) {
      const logs = learners.map((learner, k) => {
        let loss = 0
        for (const { x, label } of batch) loss += logLoss(learner.predict(x), label)
        return Math.log(weights[k]) - rate * loss
      })
      const most = Math.max(...logs)
      const raised = logs.map((log) => Math.exp(log - most))
      const total = raised.reduce((a, b) => a + b, 0)
      weights = raised.map((value) => (1 - SHARE) * (value / total) + SHARE / learners.length)
      for (const learner of learners) learner.learn(batch)
    },
  }
}
