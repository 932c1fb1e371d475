/** @module `npm run -s nearside-lab -- <experiment>`: answers one research question. */
import { writeFile } from 'node:fs/promises'
import { Command, Option } from '@commander-js/extra-typings'
import { defineCommand, type Subcommand } from '@nearside/cli/command.ts'
import { asTyped, requireFolder } from '@nearside/cli/output.ts'
import { runProcess } from '@nearside/cli/program.ts'
import { seed } from '@nearside/cli/values.ts'
import { markdown, textLines } from '@nearside/evaluate/report/report.ts'
import type { Experiment } from './experiment.ts'

const EXPERIMENTS: Readonly<Record<string, () => Promise<{ experiment: Experiment }>>> = {
  'base-parts': () => import('./baseParts/experiment.ts'),
  'click-rounds': () => import('./clickRounds/experiment.ts'),
  exposure: () => import('./exposure/experiment.ts'),
}

/** Creates an experiment's command. All have the same options; research/lab/README.md lists which options apply. */
function commandOf(name: string, { asks, run }: Experiment): Subcommand {
  const syntax = new Command(name)
    .summary(asks)
    .requiredOption('--shop <dir>', 'shop folder')
    .option('--model <dir>')
    .option('--until <date>', "start of cases, or end of training (default: the model's limit)")
    .option('--seed <n>', "random seed (default: the model's, else 1)", seed)
    .addOption(
      new Option('--protocol <name>', 'which test cases')
        .choices(['personal', 'leave-one-out'])
        .default('personal' as const),
    )
    .option('--markdown <file>', 'write the tables as Markdown to FILE')
  return defineCommand(syntax, async (options, { progress, print, signal }) => {
    const { shop, model = '', protocol, until } = options
    await requireFolder('markdown', options.markdown)
    const { result, report } = await run(
      {
        question: {
          ...{ shop, model, seed: options.seed, protocol, until },
          now: Date.now(),
        },
        seed: options.seed ?? 1,
      },
      { signal, onProgress: (...args) => progress.update(...args) },
    )
    for (const line of textLines(report)) print(line)
    if (options.markdown !== undefined) {
      const line = `npm run -s nearside-lab -- ${asTyped(syntax)}`
      const today = new Date().toISOString().slice(0, 10)
      await writeFile(options.markdown, markdown(report, line, today))
    }
    return result
  })
}

const commands = await Promise.all(
  Object.entries(EXPERIMENTS).map(async ([name, load]) =>
    commandOf(name, (await load()).experiment),
  ),
)
process.exitCode = await runProcess('nearside-lab', commands, process.argv.slice(2))
