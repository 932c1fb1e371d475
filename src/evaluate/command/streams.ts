/** @module The learners' streams, read with a word on how far it is, and the rates chosen on one of them. */

import type { CommandContext } from '../../cli/command.ts'
import { NearsideError } from '../../core/error.ts'
import type { Case } from '../../core/features/history.ts'
import { createMlp } from '../../core/personal/learners/mlp.ts'
import type { EvaluationInput } from '../prepare.ts'
import type { Rates } from '../prequential/arms.ts'
import { chooseRates, RATE_TRIALS, trainingStream } from '../prequential/rates.ts'
import { type StreamCase, streamOf } from '../prequential/stream.ts'

export type Report = (label: string, done: number, of: number) => Promise<void>

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

export function createReport({ progress, signal }: CommandContext): Report {
  return async (label, done, of) => {
    progress.update(label, done, of)
    // Lets Ctrl-C be heard between two steps.
    await new Promise((resolve) => setImmediate(resolve))
    if (signal.aborted) throw new NearsideError('aborted', 'the evaluation was stopped')
  }
}

export async function readStreams(
  input: EvaluationInput,
  selected: readonly (readonly Case[])[],
  report: Report,
): Promise<Streams> {
  const total = selected.reduce((sum, cases) => sum + cases.length, 0)
  const collect = async (cases: Generator<StreamCase>) => {
    const stream: StreamCase[] = []
    for (const one of cases) {
      stream.push(one)
      if (stream.length % 20 === 0)
        await report('scoring cases', Math.min(stream.length, total), total)
    }
    return stream
  }
  const training = await collect(trainingStream(input, selected.length))
  let tried = 0
  const rates = await chooseRates(training, input.seed, createMlp, () =>
    report('choosing rates', ++tried, RATE_TRIALS),
  )
  const tested = await collect(streamOf(input, selected))
  return { tested, rates: { ...rates, cases: training.length } }
}
