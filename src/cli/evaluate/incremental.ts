/** @module `--protocol incremental`: the incremental learners on the held-out shoppers' stream. */
import { createFastMlp } from '../../engine/mlp/mlp.ts'
import { selectCases } from '../../evaluation/prepare.ts'
import type { Rates } from '../../evaluation/prequential/arms.ts'
import { type Comparison, compareLearners } from '../../evaluation/prequential/compare.ts'
import { chooseRates, RATE_TRIALS, trainingStream } from '../../evaluation/prequential/rates.ts'
import { type StreamCase, streamOf } from '../../evaluation/prequential/stream.ts'
import { NearsideError } from '../../protocol/error.ts'
import type { CommandContext } from '../command.ts'
import { formatIncremental } from './incrementalTable.ts'
import { load, type Question } from './load.ts'

/** What `--json` holds. */
export interface IncrementalResult extends Comparison {
  readonly protocol: 'incremental'
  readonly shop: string
  readonly until: string
  readonly seed: number
  readonly shoppers: number
  readonly cases: number
  /** Candidates of all cases, and the share of them that was bought. */
  readonly examples: number
  readonly positives: number
  readonly seeds: readonly number[]
  /** Chosen by log-loss on this many cases of training shoppers before `until`. */
  readonly rates: Rates & { readonly cases: number }
}

/** Starting points of the network. */
const SEEDS = 3

/** @param question its protocol says which cases: `personal`, every one from `until` on. */
export async function evaluateIncremental(
  question: Question,
  { progress, print, signal }: CommandContext,
): Promise<IncrementalResult> {
  const { shop, input, notes } = await load(question)
  const selected = selectCases(input)
  const total = selected.reduce((sum, cases) => sum + cases.length, 0)
  const report = async (label: string, done: number, of: number) => {
    progress.update(label, done, of)
    // Lets Ctrl-C be heard between two steps.
    await new Promise((resolve) => setImmediate(resolve))
    if (signal.aborted) throw new NearsideError('aborted', 'the evaluation was stopped')
  }
  const collect = async (cases: Generator<StreamCase>, of: number) => {
    const stream: StreamCase[] = []
    for (const one of cases) {
      stream.push(one)
      if (stream.length % 20 === 0) await report('scoring cases', Math.min(stream.length, of), of)
    }
    return stream
  }
  const training = await collect(trainingStream(input, selected.length), total)
  let tried = 0
  const chosen = await chooseRates(training, input.seed, createFastMlp, () =>
    report('choosing rates', ++tried, RATE_TRIALS),
  )
  const rates = { ...chosen, cases: training.length }
  const stream = await collect(streamOf(input, selected), total)
  const seeds = Array.from({ length: SEEDS }, (_, k) => input.seed + k)
  const comparison = await compareLearners(stream, {
    rates,
    createMlp: createFastMlp,
    seeds,
    clock: () => performance.now(),
    onProgress: (done, of) => report('learning', done, of),
  })
  progress.clear()
  const examples = stream.reduce((sum, one) => sum + one.examples.length, 0)
  const bought = stream.reduce(
    (sum, one) => sum + one.examples.filter(({ label }) => label === 1).length,
    0,
  )
  const result: IncrementalResult = {
    protocol: 'incremental',
    shop: shop.name,
    until: new Date(input.until).toISOString().slice(0, 10),
    seed: input.seed,
    shoppers: selected.length,
    cases: stream.length,
    examples,
    positives: bought / examples,
    seeds,
    rates,
    ...comparison,
  }
  for (const line of formatIncremental(result)) print(line)
  for (const note of notes) print(`Note: ${note}.`)
  return result
}
