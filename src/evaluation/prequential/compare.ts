/** @module The comparison: each learner, their combination and the base, on one and the same stream. */
import { FEATURE_COLUMN, FEATURE_COUNT } from '../../features/features.ts'
import { type Combination, combine } from '../../learning/learners/combination.ts'
import { createGradientLearner } from '../../learning/learners/gradientDescent.ts'
import type { IncrementalLearner } from '../../learning/learners/learner.ts'
import { createMlp } from '../../learning/learners/mlp.ts'
import { createTreeLearner } from '../../learning/learners/treeLearner.ts'
import { createRandom } from '../../model/random.ts'
import { changePoint, type Following, follow, mirrorInterest } from './change.ts'
import { type Judgement, judge } from './judge.ts'
import { POLICIES } from './policies.ts'
import { type Policy, type PrequentialRun, runPrequential } from './run.ts'
import { BASE_COLUMN, INPUTS, type StreamCase } from './stream.ts'

export interface Arm extends Judgement {
  readonly name: string
}

export interface StrategyResult {
  readonly strategy: string
  readonly learner: string
  readonly prAuc: number
  readonly logLoss: number
  readonly swing: number
  readonly updates: number
  /** Examples learned a case, and milliseconds of predicting and learning a case. */
  readonly examplesPerCase: number
  readonly millisecondsPerCase: number
}

export interface ChangeResult extends Following {
  readonly name: string
}

export interface Comparison {
  readonly arms: readonly Arm[]
  /** Of the learners in the combination at the end of the stream. */
  readonly weights: Readonly<Record<string, number>>
  readonly strategies: readonly StrategyResult[]
  readonly change: { readonly at: number; readonly arms: readonly ChangeResult[] }
}

export interface ComparisonOptions {
  readonly seed: number
  /** Milliseconds. */
  readonly clock: () => number
  onProgress(done: number, total: number): Promise<void>
}

const NOMINAL = ['boughtBefore', 'inLastOrder', 'dormant', 'isNew'] as const
const STEP_SIZE = 0.05

/** The base's own probability as a learner that never learns. */
const BASE: IncrementalLearner<null> = {
  name: 'base',
  predict: (x) => 1 / (1 + Math.exp(-x[BASE_COLUMN])),
  learn() {},
  snapshot: () => null,
  restore() {},
}

/** Starts as the base: weight 1 on its logit, 0 on everything else. */
function head(name: string, columns: readonly number[], fusionWeight: number, adaptive: boolean) {
  const initial = [...columns.map((column) => Number(column === BASE_COLUMN)), 0]
  return createGradientLearner({
    name,
    columns,
    initial,
    stepSize: STEP_SIZE,
    fusionWeight,
    adaptive,
  })
}

const ALL = Array.from({ length: FEATURE_COUNT + 1 }, (_, column) => column)

function makeLearners(seed: number) {
  const nominal = new Set(NOMINAL.map((name) => FEATURE_COLUMN[name]))
  const parts = () => [
    head('gradient', ALL, 0.5, true),
    createMlp(INPUTS, createRandom(seed)),
    createTreeLearner(nominal),
  ]
  const combination: Combination = combine(parts())
  return {
    combination,
    single: [
      BASE,
      head('base-rescaled', [BASE_COLUMN], 1, false),
      ...parts(),
      head('gradient λ=1', ALL, 1, false),
      head('gradient λ=.5', ALL, 0.5, false),
      head('gradient λ=.1', ALL, 0.1, false),
    ],
  }
}

export async function compareLearners(
  stream: readonly StreamCase[],
  options: ComparisonOptions,
): Promise<Comparison> {
  const { seed, clock, onProgress } = options
  const [online] = POLICIES
  const { single, combination } = makeLearners(seed)
  const all: readonly IncrementalLearner[] = [...single, combination]
  const total = 2 * all.length + 2 * POLICIES.length
  let done = 0
  const run = async (
    cases: readonly StreamCase[],
    learner: IncrementalLearner,
    policy: Policy,
  ): Promise<PrequentialRun> => {
    await onProgress(done++, total)
    return runPrequential(cases, learner, policy, clock)
  }

  const unlearned = all.map((learner) => learner.snapshot())
  const arms: Arm[] = []
  for (const learner of all) {
    const { probabilities } = await run(stream, learner, online)
    arms.push({ name: learner.name, ...judge(stream, probabilities) })
  }
  const weights = Object.fromEntries(
    combination.weights().map((weight, k) => [['gradient', 'mlp', 'tree'][k], weight]),
  )

  const at = changePoint(stream)
  const changed = mirrorInterest(stream, at)
  const following: ChangeResult[] = []
  for (const [k, learner] of all.entries()) {
    learner.restore(unlearned[k])
    const { probabilities } = await run(changed, learner, online)
    following.push({ name: learner.name, ...follow(changed, probabilities, at) })
  }

  const strategies: StrategyResult[] = []
  for (const policy of POLICIES) {
    for (const learner of [
      head('gradient λ=.5', ALL, 0.5, false),
      createMlp(INPUTS, createRandom(seed)),
    ]) {
      const result = await run(stream, learner, policy)
      const { prAuc, logLoss, swing } = judge(stream, result.probabilities)
      strategies.push({
        strategy: policy.name,
        learner: learner.name,
        prAuc,
        logLoss,
        swing,
        updates: result.updates,
        examplesPerCase: result.learned / stream.length,
        millisecondsPerCase: result.milliseconds / stream.length,
      })
    }
  }
  return { arms, weights, strategies, change: { at, arms: following } }
}
