/** @module The comparison: each learner, their combination and the base, on one and the same stream. */

import { createRandom } from '../../src/core/model/random.ts'
import type { Combination } from '../../src/core/personal/learners/combination.ts'
import type { IncrementalLearner } from '../../src/core/personal/learners/learner.ts'
import {
  BASE,
  createCombination,
  createHead,
  createNetwork,
  createRescaled,
  createTree,
  MEMBERS,
  type Rates,
} from './arms.ts'
import { changePoint, type Following, follow, mirrorInterest } from './change.ts'
import { fusionGrid, GRID_POINTS, type GridPoint } from './fusionGrid.ts'
import { type DrawnArm, drawShoppers } from './intervals.ts'
import { type Judgement, judge, STRETCH, warmUp } from './judge.ts'
import { POLICIES } from './policies.ts'
import { type Policy, type PrequentialRun, runPrequential } from './run.ts'
import type { StreamCase } from './stream.ts'

/** Means over the seeds, intervals over shoppers, differences from `REFERENCE`. */
export interface Arm extends Judgement, DrawnArm {
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

export interface WeightsThen {
  /** Cases that had come by then. */
  readonly cases: number
  readonly weights: Readonly<Record<string, number>>
}

export interface Comparison {
  readonly arms: readonly Arm[]
  /** Of the learners in the combination, every 50 cases; the last is the end of the stream. */
  readonly weights: readonly WeightsThen[]
  readonly fusion: readonly GridPoint[]
  readonly strategies: readonly StrategyResult[]
  readonly change: { readonly at: number; readonly arms: readonly ChangeResult[] }
}

export interface ComparisonOptions {
  readonly rates: Rates
  /** Each starts the network, and so the combination, in another place. */
  readonly seeds: readonly number[]
  /** Milliseconds. */
  readonly clock: () => number
  onProgress(done: number, total: number): Promise<void>
}

/** What the base gives once it is calibrated: the arm that a learner has to beat. */
export const REFERENCE = 'base-rescaled'

const DRAWS = 500

export async function compareLearners(
  stream: readonly StreamCase[],
  options: ComparisonOptions,
): Promise<Comparison> {
  const { rates, seeds, clock, onProgress } = options
  const [online] = POLICIES
  const [seed] = seeds
  const fixed = [BASE, createRescaled(rates.rescaling), head(rates, 0.5, true), createTree()]
  const followers = (): readonly IncrementalLearner[] => [
    BASE,
    createRescaled(rates.rescaling),
    head(rates, 0.5, true),
    head(rates, 0.5, false),
    head(rates, 1, false),
    createNetwork(seed),
    createTree(),
    createCombination(rates, seed),
  ]
  const total =
    fixed.length + 2 * seeds.length + GRID_POINTS + followers().length + 2 * POLICIES.length
  let done = 0
  const step = () => onProgress(done++, total)
  const run = async (
    cases: readonly StreamCase[],
    learner: IncrementalLearner,
    policy: Policy,
  ): Promise<PrequentialRun> => {
    await step()
    return runPrequential(cases, learner, policy, clock)
  }

  const runs: { readonly name: string; readonly said: (readonly Float32Array[])[] }[] = []
  for (const learner of fixed)
    runs.push({ name: learner.name, said: [(await run(stream, learner, online)).probabilities] })
  const networks: (readonly Float32Array[])[] = []
  const combinations: (readonly Float32Array[])[] = []
  const weights: (readonly (readonly number[])[])[] = []
  for (const one of seeds) {
    networks.push((await run(stream, createNetwork(one), online)).probabilities)
    const { learner, recorded } = recordWeights(createCombination(rates, one))
    combinations.push((await run(stream, learner, online)).probabilities)
    weights.push(recorded)
  }
  runs.push({ name: 'mlp', said: networks }, { name: 'combination', said: combinations })

  const fusion = await fusionGrid(stream, step)

  const at = changePoint(stream)
  const changed = mirrorInterest(stream, at)
  const following: ChangeResult[] = []
  for (const learner of followers()) {
    const { probabilities } = await run(changed, learner, online)
    following.push({ name: learner.name, ...follow(changed, probabilities, at) })
  }

  const strategies: StrategyResult[] = []
  for (const policy of POLICIES) {
    for (const learner of [head(rates, 0.5, false), createNetwork(seed)]) {
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
  return {
    arms: judgeArms(stream, runs, seed),
    weights: weightsOverTime(weights, stream.length),
    fusion,
    strategies,
    change: { at, arms: following },
  }
}

function head({ stepSize }: Rates, fusionWeight: number, adaptive: boolean): IncrementalLearner {
  const name = adaptive ? 'gradient' : `gradient λ=${fusionWeight}`
  return createHead(name, stepSize, fusionWeight, adaptive)
}

/** What the combination's weights were after each case. */
function recordWeights(combination: Combination) {
  const recorded: (readonly number[])[] = []
  const learner: IncrementalLearner = {
    ...combination,
    learn(batch) {
      combination.learn(batch)
      recorded.push(combination.weights())
    },
  }
  return { learner, recorded }
}

function weightsOverTime(
  seeds: readonly (readonly (readonly number[])[])[],
  cases: number,
): WeightsThen[] {
  const ends = Array.from({ length: Math.floor(cases / STRETCH) }, (_, k) => (k + 1) * STRETCH)
  if (ends[ends.length - 1] !== cases) ends.push(cases)
  return ends.map((end) => ({
    cases: end,
    weights: Object.fromEntries(
      MEMBERS.map((name, k) => [
        name,
        seeds.reduce((sum, recorded) => sum + recorded[end - 1][k], 0) / seeds.length,
      ]),
    ),
  }))
}

function judgeArms(
  stream: readonly StreamCase[],
  runs: readonly { readonly name: string; readonly said: readonly (readonly Float32Array[])[] }[],
  seed: number,
): Arm[] {
  const start = warmUp(stream)
  const drawn = drawShoppers(
    stream.slice(start),
    runs.map(({ said }) => said.map((one) => one.slice(start))),
    runs.findIndex(({ name }) => name === REFERENCE),
    DRAWS,
    createRandom(seed),
  )
  return runs.map(({ name, said }, k) => ({
    name,
    ...meanJudgement(said.map((one) => judge(stream, one))),
    ...drawn[k],
  }))
}

export function meanJudgement(judgements: readonly Judgement[]): Judgement {
  const names = Object.keys(judgements[0]) as (keyof Judgement)[]
  return Object.fromEntries(
    names.map((name) => [
      name,
      judgements.reduce((sum, one) => sum + one[name], 0) / judgements.length,
    ]),
  ) as unknown as Judgement
}
