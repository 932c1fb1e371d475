/**
 * @module Class imbalance: the same learners on the same stream, each batch rebalanced in one way or
 * another before it is learned. Only what is learned is changed; what is predicted and judged is the
 * stream as it came.
 */

import { createRandom, type Random } from '../../src/core/model/random.ts'
import { correctPrior, rebalance, shareOfYes } from '../../src/core/personal/imbalance/rebalance.ts'
import type { IncrementalLearner } from '../../src/core/personal/learners/learner.ts'
import { createMlp } from '../../src/core/personal/learners/mlp.ts'
import { IMBALANCES, type Imbalance } from '../../src/core/personal/learners/names.ts'
import { createHead } from '../learners/arms.ts'
import { type Classification, classify } from '../learners/classification.ts'
import { meanJudgement } from '../learners/compare.ts'
import { type ArmRuns, type DrawnArm, drawShoppers } from '../learners/intervals.ts'
import { judge, warmUp } from '../learners/judge.ts'
import { runPrequential } from '../learners/run.ts'
import { INPUTS, type StreamCase } from '../learners/stream.ts'

export interface ImbalanceArm extends DrawnArm {
  /** `network, SMOTE, corrected`. */
  readonly name: string
  readonly learner: string
  readonly method: Imbalance
  /** Whether probabilities were brought back to the share that is bought. */
  readonly corrected: boolean
  readonly prAuc: number
  readonly logLoss: number
  readonly ece: number
  /** At probability ½. */
  readonly atHalf: Pick<Classification, 'precision' | 'recall' | 'f1' | 'accuracy'>
  /** F1 at the threshold that was best on the first fifth of the stream. */
  readonly bestF1: number
}

export interface ImbalanceOptions {
  readonly stepSize: number
  readonly seeds: readonly number[]
  onProgress(done: number, total: number): Promise<void>
}

/** Cases learned together: enough bought ones among them to have neighbours. */
const BATCH = 20
const DRAWS = 200
/** A probability from here up says yes. */
export const THRESHOLD = 0.5

const BATCHES = {
  name: 'batch',
  learnsNow: (_: string, pending: number) => pending >= BATCH,
  reviewAfter: 0,
} as const

export async function compareMethods(
  stream: readonly StreamCase[],
  { stepSize, seeds, onProgress }: ImbalanceOptions,
): Promise<ImbalanceArm[]> {
  const learners = {
    logistic: (_: Random) => createHead('logistic', stepSize, 1, false),
    network: (random: Random) => createMlp(INPUTS, random),
  }
  const total = Object.keys(learners).length * IMBALANCES.length * seeds.length
  let done = 0
  const arms: { learner: string; method: Imbalance; corrected: boolean; runs: ArmRuns }[] = []
  for (const [name, create] of Object.entries(learners)) {
    for (const method of IMBALANCES) {
      const raw: (readonly Float32Array[])[] = []
      const corrected: (readonly Float32Array[])[] = []
      for (const seed of seeds) {
        await onProgress(done++, total)
        const balanced = rebalanced(create(createRandom(seed)), method, createRandom(seed + 1))
        raw.push(runPrequential(stream, balanced.learner, BATCHES, () => 0).probabilities)
        corrected.push(perCase(stream, balanced.corrected))
      }
      arms.push({ learner: name, method, corrected: false, runs: raw })
      if (method !== 'none') arms.push({ learner: name, method, corrected: true, runs: corrected })
    }
  }
  return judgeMethods(stream, arms, seeds[0])
}

/** A learner that is taught rebalanced batches, and what its probabilities are once corrected. */
function rebalanced(inner: IncrementalLearner, method: Imbalance, random: Random) {
  const corrected: number[] = []
  const seen = { yes: 0, all: 0 }
  const taught = { yes: 0, all: 0 }
  const learner: IncrementalLearner = {
    ...inner,
    predict(x) {
      const probability = inner.predict(x)
      corrected.push(
        seen.all > 0 && taught.all > 0
          ? correctPrior(probability, taught.yes / taught.all, seen.yes / seen.all)
          : probability,
      )
      return probability
    },
    learn(batch) {
      const balanced = rebalance(batch, method, random)
      seen.yes += shareOfYes(batch) * batch.length
      seen.all += batch.length
      taught.yes += shareOfYes(balanced) * batch.length
      taught.all += batch.length
      inner.learn(balanced)
    },
  }
  return { learner, corrected }
}

function perCase(stream: readonly StreamCase[], flat: readonly number[]): Float32Array[] {
  let from = 0
  return stream.map(({ examples }) => {
    const own = Float32Array.from(flat.slice(from, from + examples.length))
    from += examples.length
    return own
  })
}

function judgeMethods(
  stream: readonly StreamCase[],
  arms: readonly { learner: string; method: Imbalance; corrected: boolean; runs: ArmRuns }[],
  seed: number,
): ImbalanceArm[] {
  const start = warmUp(stream)
  const tested = stream.slice(start)
  const labels = tested.flatMap(({ examples }) => examples.map(({ label }) => label))
  return [...new Set(arms.map(({ learner }) => learner))].flatMap((learner) => {
    const own = arms.filter((arm) => arm.learner === learner)
    // Each learner against itself without any of this: the first of its arms.
    const drawn = drawShoppers(
      tested,
      own.map(({ runs }) => runs.map((said) => said.slice(start))),
      0,
      DRAWS,
      createRandom(seed),
    )
    return own.map(({ method, corrected, runs }, k) => {
      const { prAuc, logLoss, ece, f1 } = meanJudgement(runs.map((said) => judge(stream, said)))
      const halves = runs.map((said) =>
        classify(
          said.slice(start).flatMap((one) => [...one]),
          labels,
          THRESHOLD,
        ),
      )
      const mean = (metric: keyof Classification) =>
        halves.reduce((sum, one) => sum + one[metric], 0) / halves.length
      const atHalf = {
        precision: mean('precision'),
        recall: mean('recall'),
        f1: mean('f1'),
        accuracy: mean('accuracy'),
      }
      const name = [learner, method, ...(corrected ? ['corrected'] : [])].join(', ')
      const judged = { prAuc, logLoss, ece, atHalf, bestF1: f1 }
      return { name, learner, method, corrected, ...judged, ...drawn[k] }
    })
  })
}
