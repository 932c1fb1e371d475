/** @module Defines a `nearside` command: its syntax, the function that runs it, and its progress on standard error. */
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import {
  type Command,
  type CommandUnknownOpts,
  InvalidArgumentError,
  type OptionValues,
} from '@commander-js/extra-typings'
import { invalidInput } from '@nearside/core/error.ts'
import { SingleBar } from 'cli-progress'

export interface CommandContext {
  readonly progress: Progress
  print(line: string): void
  readonly signal: AbortSignal
  /** Command line as typed, with the program's name, but without the options that name output files. */
  readonly typed: string
}

/** Thrown if a command worked but its answer is negative. `result` is written as usual; the exit code is 1. */
export class NegativeResult extends Error {
  readonly result: unknown

  constructor(message: string, result: unknown) {
    super(message)
    this.result = result
  }
}

export interface Subcommand {
  readonly syntax: CommandUnknownOpts
  /**
   * Runs the command with the arguments of `syntax`'s latest parse. Returns the value that `--json FILE` writes.
   * @throws NegativeResult if the command worked but its answer is negative
   */
  run(context: CommandContext): Promise<unknown>
}

/**
 * @param syntax command whose summary and description begin the help. Lines of the description are joined into
 *   paragraphs, except indented lines and lines of a list.
 * @param run prints the text for people and returns the value for `--json FILE`
 * @example
 * export const command = defineCommand(
 *   new Command('greet').summary('say hello').requiredOption('--name <name>', 'to whom'),
 *   async ({ name }, { print }) => print(`Hello, ${name}`),
 * )
 */
export function defineCommand<Args extends unknown[], Options extends OptionValues>(
  syntax: Command<Args, Options>,
  run: (options: Options, context: CommandContext, ...args: Args) => Promise<unknown>,
): Subcommand {
  const details = syntax.description().replace(/(?<!\n)\n(?![\n ]|- )/g, ' ')
  syntax.description([syntax.summary(), details].filter((text) => text !== '').join('\n\n'))
  syntax.option('--json <file>', 'write the result as JSON to FILE')
  for (const option of syntax.options) {
    if (option.isBoolean()) continue
    const { parseArg, variadic } = option
    option.argParser((value: string, previous) => {
      // Commander takes any next word for the option's value, even another option.
      if (value === '' || value.startsWith('--'))
        throw new InvalidArgumentError('A value is missing.')
      if (parseArg) return parseArg(value, previous)
      return variadic ? [...(Array.isArray(previous) ? previous : []), value] : value
    })
  }
  return {
    syntax: syntax as unknown as CommandUnknownOpts,
    run: (context) => run(syntax.opts(), context, ...(syntax.processedArgs as unknown as Args)),
  }
}

/**
 * Checks the folder of an output file before a command's work, so that a missing folder loses no work.
 * @throws NearsideError `input-invalid` if the folder is missing
 */
export async function requireFolder(option: string, path: string | undefined): Promise<void> {
  if (path === undefined) return
  const folder = await stat(dirname(path)).catch(() => undefined)
  if (!folder?.isDirectory()) throw invalidInput(`--${option} ${path}: there is no such folder`)
}

interface Progress {
  update(label: string, done: number, total: number): void
  clear(): void
}

/** Milliseconds between two lines of progress. */
const BETWEEN_LINES = 10_000

/**
 * Shows the progress of the step that `label` names: a bar on a terminal, elsewhere a line every ten seconds. A step of
 * less than ten seconds prints no line.
 */
export function createProgress(stream: NodeJS.WriteStream, now: () => number = Date.now): Progress {
  const bar = stream.isTTY ? createBar(stream) : null
  let part = { label: '', time: 0, done: 0 }
  let isShown = false
  let lastLine = now()
  return {
    update(label, done, total) {
      const isNew = label !== part.label
      if (isNew) part = { label, time: now(), done }
      const perUnit = (now() - part.time) / (done - part.done)
      // Some totals are estimates, so more units than the total can be done. A total of 0 is unknown.
      const share = Math.min(100, Math.floor((done / total) * 100))
      const state = total > 0 ? `${share} %${timeLeft((total - done) * perUnit)}` : `step ${done}`
      if (bar) {
        // Without a total the bar stays empty: 0 of 0 would be drawn as 100 %.
        const [shown, of] = total > 0 ? [done, total] : [0, 1]
        if (isNew || !isShown) {
          bar.stop()
          bar.start(of, shown, { label, state })
          isShown = true
        } else {
          bar.setTotal(of)
          bar.update(shown, { state })
        }
      } else if (now() - lastLine >= BETWEEN_LINES) {
        lastLine = now()
        stream.write(`${label}: ${state}\n`)
      }
    },
    clear() {
      bar?.stop()
      isShown = false
    },
  }
}

const createBar = (stream: NodeJS.WriteStream) =>
  new SingleBar({
    ...{ stream, format: '{label} {bar} {state}', clearOnComplete: true, hideCursor: false },
    ...{ barsize: 20, barCompleteChar: '█', barIncompleteChar: '·' },
  })

/** Time left in words, from milliseconds; empty if it is unknown. */
function timeLeft(left: number): string {
  if (!Number.isFinite(left) || left <= 0) return ''
  const seconds = Math.ceil(left / 1000)
  return seconds < 100 ? `, ${seconds} s left` : `, ${Math.round(seconds / 60)} min left`
}
