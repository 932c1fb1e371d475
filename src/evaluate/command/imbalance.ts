/** @module `--incremental imbalance`: what weights, resampling and synthetic examples do for the classifiers. */

import type { CommandContext } from '../../cli/command.ts'
import { type Envelope, liftsOver } from '../envelope.ts'
import { selectCases } from '../prepare.ts'
import { compareMethods, type ImbalanceArm } from '../prequential/imbalance.ts'
import { formatImbalance } from './imbalanceTable.ts'
import { load, type Question } from './load.ts'
import { createReport, readStreams, seedsFrom } from './streams.ts'

/** What `--json` holds. */
export interface ImbalanceResult extends Envelope {
  readonly protocol: 'incremental'
  readonly compared: 'imbalance'
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
    protocol: 'incremental',
    compared: 'imbalance',
    shop: shop.name,
    until: new Date(input.until).toISOString().slice(0, 10),
    seed: input.seed,
    shoppers: selected.length,
    cases: tested.length,
    examples: labels.length,
    positives: labels.reduce((sum, label) => sum + label, 0) / labels.length,
    seeds,
    arms,
    // Each learner over itself without any of this.
    lifts: [...new Set(arms.map(({ learner }) => learner))].flatMap((own) =>
      liftsOver(
        `${own}, none`,
        arms.filter(({ learner }) => learner === own),
      ),
    ),
    shoppersWorse: null,
  }
  for (const line of formatImbalance(result)) context.print(line)
  for (const note of notes) context.print(`Note: ${note}.`)
  return result
}
