/** @module `--protocol incremental`: the incremental learners on the held-out shoppers' stream. */
import { writeFile } from 'node:fs/promises'
import type { CommandContext } from '../../cli/command.ts'
import { createMlp } from '../../core/personal/learners/mlp.ts'
import { type Envelope, liftsOver } from '../envelope.ts'
import { selectCases } from '../prepare.ts'
import { type Comparison, compareLearners, REFERENCE } from '../prequential/compare.ts'
import { formatLearnersHtml } from '../report/learners.ts'
import { formatIncremental } from './incrementalTable.ts'
import { load, type Question } from './load.ts'
import { createReport, readStreams, type Streams, seedsFrom } from './streams.ts'

/** What `--json` holds. */
export interface IncrementalResult extends Comparison, Envelope {
  readonly protocol: 'incremental'
  readonly arms: Comparison['arms']
  /** Candidates of all cases, and the share of them that was bought. */
  readonly examples: number
  readonly positives: number
  readonly seeds: readonly number[]
  readonly rates: Streams['rates']
}

/** @param question its protocol says which cases: `personal`, every one from `until` on. */
export async function evaluateIncremental(
  question: Question,
  html: string | undefined,
  context: CommandContext,
): Promise<IncrementalResult> {
  const { shop, input, notes } = await load(question)
  const selected = selectCases(input)
  const report = createReport(context)
  const { tested: stream, rates } = await readStreams(input, selected, report)
  const seeds = seedsFrom(input.seed)
  const comparison = await compareLearners(stream, {
    rates,
    createMlp,
    seeds,
    clock: () => performance.now(),
    onProgress: (done, of) => report('learning', done, of),
  })
  context.progress.clear()
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
    lifts: liftsOver(REFERENCE, comparison.arms),
    shoppersWorse: null,
  }
  for (const line of formatIncremental(result)) context.print(line)
  for (const note of notes) context.print(`Note: ${note}.`)
  if (html !== undefined) await writeFile(html, formatLearnersHtml(result, notes, result))
  return result
}
