/** @module The learners' streams, read with a word on how far it is, and the rates chosen on one of them. */
import type { Case } from '../../src/core/features/history.ts'
import type { EvaluationInput } from '../../src/evaluate/cases.ts'
import { type Steps, step } from '../../src/evaluate/steps.ts'
import type { Rates } from './arms.ts'
import { chooseRates, RATE_TRIALS, trainingStream } from './rates.ts'
import { type StreamCase, streamOf } from './stream.ts'

export interface Streams {
  /** Of the tested shoppers. */
  readonly tested: readonly StreamCase[]
  /** Chosen by log-loss on this many cases of training shoppers before `until`. */
  readonly rates: Rates & { readonly cases: number }
}

/** Starting points of the network. */
const SEEDS = 3

export function seedsFrom(seed: number): number[] {
  return Array.from({ length: SEEDS }, (_, k) => seed + k)
}

export async function readStreams(
  input: EvaluationInput,
  selected: readonly (readonly Case[])[],
  steps: Steps,
): Promise<Streams> {
  const total = selected.reduce((sum, cases) => sum + cases.length, 0)
  const collect = async (cases: Generator<StreamCase>) => {
    const stream: StreamCase[] = []
    for (const one of cases) {
      stream.push(one)
      if (stream.length % 20 === 0)
        await step(steps, 'scoring cases', Math.min(stream.length, total), total)
    }
    return stream
  }
  const training = await collect(trainingStream(input, selected.length))
  let tried = 0
  const rates = await chooseRates(training, input.seed, () =>
    step(steps, 'choosing rates', ++tried, RATE_TRIALS),
  )
  const tested = await collect(streamOf(input, selected))
  return { tested, rates: { ...rates, cases: training.length } }
}
