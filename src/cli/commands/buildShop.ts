/** @module `nearside build-shop`: runs import, pretrain and publish in a row. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Command, Option } from '@commander-js/extra-typings'
import { utf8 } from '@nearside/core/bytes.ts'
import { type CommandContext, defineCommand, type Subcommand } from '../command.ts'
import { runProgram } from '../program.ts'
import { placeFile } from '../publish/place.ts'
import { command as importLog } from './import.ts'
import { command as pretrain } from './pretrain.ts'
import { command as publish } from './publish.ts'

interface Step {
  readonly command: Subcommand
  /** The step's options that `build-shop` sets itself, so that users can't. */
  readonly own: readonly string[]
  /** Maps an option of the step to its value, a folder in the `--out` of `build-shop`. */
  readonly folders: Readonly<Record<string, string>>
  /** File that exists once the step is done. */
  readonly done: string
}

const STEPS: readonly Step[] = [
  {
    command: importLog,
    own: ['out', 'from', 'timeout', 'dryRun', 'html', 'json'],
    folders: { out: 'shop' },
    done: 'shop/report.json',
  },
  {
    command: pretrain,
    own: ['shop', 'partials', 'catalog', 'out', 'from', 'watch', 'json'],
    folders: { shop: 'shop', out: 'models' },
    done: 'models/latest.json',
  },
  {
    command: publish,
    own: ['model', 'shop', 'catalog', 'out', 'dryRun', 'json'],
    folders: { model: 'models', shop: 'shop', out: 'site' },
    done: 'site/page.html',
  },
]

const syntax = new Command('build-shop')
  .summary('build what your web server serves from your exports, in one go')
  .description(`Runs import, pretrain and publish with the options of all three (see their --help). Writes OUT/shop,
OUT/models and OUT/site. It skips import and pretrain if their files and options are unchanged, so after
an interruption the same command resumes with the interrupted step. The model is trained on the whole
log; to learn whether it helps, train another one with --until and evaluate that.`)
  .requiredOption('--out <dir>', 'folder for shop, models and site')

/** Options of the steps, as unparsed text, because each step parses its own options. */
const OPTIONS = STEPS.map(({ command, own }) =>
  command.syntax.options.filter((option) => !own.includes(option.attributeName())),
)
for (const { flags, description, mandatory } of OPTIONS.flat())
  syntax.addOption(new Option(flags, description).makeOptionMandatory(mandatory))

export const command = defineCommand(syntax, async ({ out }, context) => {
  const typed: Readonly<Record<string, unknown>> = syntax.opts()
  const lines = STEPS.map(({ folders }, step) => [
    ...Object.entries(folders).flatMap(([name, folder]) => [`--${name}`, join(out, folder)]),
    ...OPTIONS[step].flatMap((option) => {
      const value = typed[option.attributeName()]
      if (value === undefined) return []
      return value === true ? [`${option.long}`] : [`${option.long}`, String(value)]
    }),
  ])
  // The options of all steps are parsed first, so that a mistake in the last step shows before hours of work.
  for (const [step, line] of lines.entries())
    await runStep({ ...STEPS[step].command, run: async () => null }, line, context)

  const file = join(out, 'build.json')
  const before: unknown[] = await readFile(file, 'utf8').then(JSON.parse, () => [])
  const keys: string[] = []
  const results: Record<string, unknown> = {}
  for (const [step, { command, done }] of STEPS.entries()) {
    const name = command.syntax.name()
    keys.push(await keyOf([keys.at(-1) ?? '', ...lines[step]]))
    const isLast = step === STEPS.length - 1
    if (!isLast && before[step] === keys[step] && existsSync(join(out, done))) {
      context.print(`${name}: ${join(out, done)} is there already`)
      continue
    }
    context.print(`${name} ${lines[step].join(' ')}`)
    results[name] = await runStep(command, lines[step], context)
    await placeFile(file, utf8(`${JSON.stringify(keys)}\n`))
  }
  return results
})

const runStep = (command: Subcommand, line: readonly string[], context: CommandContext) =>
  runProgram('nearside', [command], [command.syntax.name(), ...line], context)

/** Hash of a step's arguments; for arguments that are files, including their size and time. */
async function keyOf(words: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const word of words) {
    const found = await stat(word).catch(() => null)
    hash.update(JSON.stringify([word, found?.isFile() ? [found.size, found.mtimeMs] : null]))
  }
  return hash.digest('hex')
}
