/** @module `nearside compare`: compares two models on the same shoppers. */
import { Command } from '@commander-js/extra-typings'
import { compareModels } from '@nearside/evaluate/compare.ts'
import { defineCommand } from '../command.ts'
import { asTyped, requireFolder } from '../output.ts'
import { armsOption, HTML, MARKDOWN, SHOP, targetOption, UNTIL } from '../shared.ts'
import { writeReport } from '../writeReport.ts'

const syntax = new Command('compare')
  .summary('compare two models on shoppers that neither was trained on')
  .description(`Scores both models on the same test cases, which begin on the day when both trainings end. Reports how
much better B ranks than A, with paired intervals. Both must have held out the same shoppers.`)
  .argument('<a>', 'directory of models (its latest), or of a version')
  .argument('<b>', 'the other model, in the same form')
  .requiredOption(...SHOP)
  .option(...UNTIL)
  .option('--holdout <file>', 'file of the held-out shoppers, if training was given one')
  .addOption(armsOption())
  .addOption(targetOption())
  .option(...HTML)
  .option(...MARKDOWN)

export const command = defineCommand(syntax, async (options, { progress, print, signal }, a, b) => {
  await requireFolder('html', options.html)
  await requireFolder('markdown', options.markdown)
  const { arms, ...asked } = options
  const steps = { signal, onProgress: progress.update }
  const question = { ...asked, models: { a, b }, now: Date.now() }
  const evaluated = await compareModels(question, arms === 'all', steps)
  progress.clear()
  await writeReport(evaluated, options, `${asTyped(command.syntax)} ${a} ${b}`, print)
  return evaluated.result
})
