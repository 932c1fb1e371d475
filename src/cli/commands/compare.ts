/** @module `nearside compare`: compares two models on the same shoppers. */
import { Command } from '@commander-js/extra-typings'
import { compareModels } from '@nearside/evaluate/compare.ts'
import { defineReportCommand } from '../reportCommand.ts'
import { armsOption, HOLDOUT, SHOP, targetOption, UNTIL } from '../shared.ts'

const syntax = new Command('compare')
  .summary('compare two models on shoppers that neither was trained on')
  .description(`Scores both models on the same test cases, which begin on the day when both trainings end. Reports how
much better B ranks than A, with paired intervals. Both must have held out the same shoppers.`)
  .argument('<a>', 'directory of models (its latest), or of a version')
  .argument('<b>', 'the other model, in the same form')
  .requiredOption(...SHOP)
  .option(...UNTIL)
  .option(...HOLDOUT)
  .addOption(armsOption())
  .addOption(targetOption())

export const command = defineReportCommand(syntax, async (options, { progress, signal }, a, b) => {
  const { arms, ...asked } = options
  const question = { ...asked, models: { a, b }, now: Date.now() }
  return compareModels(question, arms === 'all', { signal, onProgress: progress.update })
})
