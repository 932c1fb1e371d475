/** @module `--incremental imbalance`: what weights, resampling and synthetic examples do for the classifiers. */
import { selectCases } from '../../evaluation/prepare.ts'
import { compareMethods, type ImbalanceArm } from '../../evaluation/prequential/imbalance.ts'
import type { CommandContext } from '../command.ts'
import { formatImbalance } from './imbalanceTable.ts'
import { load, type Question } from './load.ts'
import { createReport, readStreams, seedsFrom } from './streams.ts'

/** What `--json` holds. */
export interface ImbalanceResult {
  readonly protocol: 'imbalance'
  readonly shop: string
  readonly until: string
  readonly shoppers: number
  readonly cases: number
  /** Candidates of all cases, and the share of them that was bought. */
  readonly examples: number
  readonly positives: number
  readonly seeds: readonly number[]
  readonly arms: readonly ImbalanceArm[]
}

export async function evaluateImbalance(
  question: Question,
  context: CommandContext,
): Promise<ImbalanceResult> {
  const { shop, input, notes } = await load(question)
  const selected = selectCases(input)
  const report = createReport(context)
  const { tested, rates } = await readStreams(input, selected, report)
  const seeds = seedsFrom(input.seed)
  const arms = await compareMethods(tested, {
    stepSize: rates.stepSize,
    seeds,
    onProgress: (done, of) => report('learning', done, of),
  })
  context.progress.clear()
  const labels = tested.flatMap(({ examples }) => examples.map(({ label }) => Number(label)))
  const result: ImbalanceResult = {
    protocol: 'imbalance',
    shop: shop.name,
    until: new Date(input.until).toISOString().slice(0, 10),
    shoppers: selected.length,
    cases: tested.length,
    examples: labels.length,
    positives: labels.reduce((sum, label) => sum + label, 0) / labels.length,
    seeds,
    arms,
  }
  for (const line of formatImbalance(result)) context.print(line)
  for (const note of notes) context.print(`Note: ${note}.`)
  return result
}
