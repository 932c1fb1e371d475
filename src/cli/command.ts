/** @module Defines a `nearside` command: its syntax, the function that runs it, and its progress on standard error. */
import {
  type Command,
  type CommandUnknownOpts,
  InvalidArgumentError,
  type OptionValues,
} from '@commander-js/extra-typings'
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
      requireValue(value)
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
 * Commander accepts any next word as a value, even an option or an empty string. This function refuses options and
 * empty strings.
 */
function requireValue(value: string): void {
  if (value === '' || value.startsWith('--')) throw new InvalidArgumentError('A value is missing.')
}

interface Progress {
  update(label: string, done: number, total: number): void
  clear(): void
}

/** Milliseconds between two lines of progress. */
const BETWEEN_LINES = 10_000

export function createProgress(stream: NodeJS.WriteStream, now: () => number = Date.now): Progress {
  const stateOf = createState(now)
  return stream.isTTY ? createBar(stream, stateOf) : createLines(stream, now, stateOf)
}

type State = (label: string, done: number, total: number) => string

/**
 * Creates a function that describes the progress of one labelled part of the work: share done, and time left at the
 * pace since the part began. If the total is 0 (unknown), it gives only the number of finished units.
 */
function createState(now: () => number): State {
  let part = { label: '', time: 0, done: 0 }
  return (label, done, total) => {
    if (label !== part.label) part = { label, time: now(), done }
    if (total <= 0) return `step ${done}`
    // Some totals are estimates, so more units than the total can be done.
    const share = Math.min(100, Math.floor((done / total) * 100))
    const perUnit = (now() - part.time) / (done - part.done)
    return `${share} %${timeLeft((total - done) * perUnit)}`
  }
}

function createBar(stream: NodeJS.WriteStream, stateOf: State): Progress {
  const bar = new SingleBar({
    stream,
    format: '{label} {bar} {state}',
    barsize: 20,
    barCompleteChar: '█',
    barIncompleteChar: '·',
    clearOnComplete: true,
    hideCursor: false,
  })
  let current: string | null = null
  return {
    update(label, done, total) {
      const state = stateOf(label, done, total)
      // Without a total the bar stays empty: 0 of 0 would be drawn as 100 %.
      const [shown, of] = total > 0 ? [done, total] : [0, 1]
      if (label !== current) {
        bar.stop()
        bar.start(of, shown, { label, state })
        current = label
        return
      }
      bar.setTotal(of)
      bar.update(shown, { state })
    },
    clear() {
      bar.stop()
      current = null
    },
  }
}

/** Prints a line every ten seconds. The first wait starts with the work, so that short work prints no line. */
function createLines(stream: NodeJS.WriteStream, now: () => number, stateOf: State): Progress {
  let last = now()
  return {
    update(label, done, total) {
      const state = stateOf(label, done, total)
      if (now() - last < BETWEEN_LINES) return
      last = now()
      stream.write(`${label}: ${state}\n`)
    },
    clear() {},
  }
}

/**
 * @param left milliseconds
 * @returns empty text if the time left is unknown
 */
function timeLeft(left: number): string {
  if (!Number.isFinite(left) || left <= 0) return ''
  const seconds = Math.ceil(left / 1000)
  return seconds < 100 ? `, ${seconds} s left` : `, ${Math.round(seconds / 60)} min left`
}
