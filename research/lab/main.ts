/** @module `npm run -s nearside-lab -- <experiment>`: answers one research question. */
import { Command, Option } from '@commander-js/extra-typings'
import type { Subcommand } from '@nearside/cli/command.ts'
import { runProcess } from '@nearside/cli/program.ts'
import { defineReportCommand } from '@nearside/cli/reportCommand.ts'
import { seed } from '@nearside/cli/values.ts'
import type { Experiment } from './experiment.ts'

const EXPERIMENTS: Readonly<Record<string, () => Promise<{ experiment: Experiment }>>> = {
  'base-parts': () => import('./baseParts/experiment.ts'),
}

/** Creates an experiment's command. All experiments have the same options; research/lab/README.md lists which apply. */
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
  return defineReportCommand(syntax, (options, { progress, signal }) => {
    const { shop, model = '', protocol, until, seed } = options
    return run(
      { question: { shop, model, seed, protocol, until, now: Date.now() }, seed: seed ?? 1 },
      { signal, onProgress: (...args) => progress.update(...args) },
    )
  })
}

const commands = await Promise.all(
  Object.entries(EXPERIMENTS).map(async ([name, load]) =>
    commandOf(name, (await load()).experiment),
  ),
)
process.exitCode = await runProcess('nearside-lab', commands, process.argv.slice(2))
