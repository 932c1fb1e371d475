/** @module Program of several commands: help, options with values, `--json FILE`, errors in one line. */
import { writeFile } from 'node:fs/promises'
import { Command, CommanderError } from '@commander-js/extra-typings'
import {
  type CommandContext,
  createProgress,
  NegativeResult,
  requireFolder,
  type Subcommand,
} from './command.ts'

/**
 * Parses `argv`, runs the command that it names, and returns the command's result.
 * @throws CommanderError if the line is invalid, and after help was shown
 */
export async function runProgram(
  name: string,
  commands: readonly Subcommand[],
  argv: readonly string[],
  given: Omit<CommandContext, 'typed'>,
): Promise<unknown> {
  const context = { ...given, typed: `${name} ${asTyped(argv)}` }
  const program = new Command(name)
    .usage('<command> [options]')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.print(text.trimEnd()),
      writeErr: (text) => context.print(text.trimEnd()),
      // The caller prints the error in one line, so Commander prints nothing.
      outputError() {},
    })
    .addHelpText('after', `\n${name} <command> --help shows its options`)
  let result: unknown
  for (const command of commands) {
    command.syntax.copyInheritedSettings(program).action(async () => {
      result = await answer(command, context)
    })
    program.addCommand(command.syntax)
  }
  await program.parseAsync(argv, { from: 'user' })
  return result
}

function asTyped(argv: readonly string[]): string {
  const isFile = (word: string | undefined) => /^--(html|markdown|json)$/.test(word ?? '')
  return argv.filter((word, at) => !isFile(word) && !isFile(argv[at - 1])).join(' ')
}

async function answer({ syntax, run }: Subcommand, context: CommandContext): Promise<unknown> {
  const { json } = syntax.opts() as { json?: string }
  await requireFolder('json', json)
  const write = async (result: unknown) => {
    if (json !== undefined) await writeFile(json, `${JSON.stringify(result ?? null, null, 2)}\n`)
  }
  try {
    const result = await run(context)
    await write(result)
    return result
  } catch (error) {
    if (error instanceof NegativeResult) await write(error.result)
    throw error
  }
}

/** Commands by name, each loaded on demand. */
export type Loaders = Readonly<Record<string, () => Promise<{ readonly command: Subcommand }>>>

/** Runs the process's own command line. Loads only the command that `argv` names, or all for the help. */
export async function runLoaded(
  program: string,
  loaders: Loaders,
  argv: readonly string[],
): Promise<void> {
  const name = argv[0] ?? ''
  const named = Object.hasOwn(loaders, name) ? [loaders[name]] : Object.values(loaders)
  const loaded = await Promise.all(named.map((load) => load()))
  const commands = loaded.map(({ command }) => command)
  process.exitCode = await runProcess(program, commands, argv)
}

/**
 * Runs the process's own command line; reports an error in one line on standard error.
 * @returns the exit code: 0 for success, 1 if the work failed, 2 if the line is invalid
 */
export async function runProcess(
  name: string,
  commands: readonly Subcommand[],
  argv: readonly string[],
): Promise<number> {
  // If a reader closes the pipe early (`… | head`), this is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(0)
  })
  const abort = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => abort.abort())
  const progress = createProgress(process.stderr)
  const print = (line: string) => {
    progress.clear()
    console.log(line)
  }
  try {
    await runProgram(name, commands, argv, { progress, print, signal: abort.signal })
    return 0
  } catch (error) {
    progress.clear()
    const isUsage = error instanceof CommanderError
    if (isUsage && /^commander\.help/.test(error.code)) return error.exitCode && 2
    if (process.env.NEARSIDE_DEBUG) console.error(error)
    console.error(`${name}: ${oneLine(messageOf(error))}`)
    return isUsage ? 2 : 1
  } finally {
    progress.clear()
  }
}

/** Message for people. The error names the package to install if a command needs one that is installed separately. */
function messageOf(error: unknown): string {
  const { code, message } = error instanceof Error ? (error as NodeJS.ErrnoException) : {}
  const [, needed] = /^Cannot find package '([^']+)'/.exec(message ?? '') ?? []
  if (code === 'ERR_MODULE_NOT_FOUND' && needed)
    return `this command needs ${needed}: npm install ${needed}`
  return message ?? String(error)
}

/** Commander puts its suggestion on a second line; this function joins the two lines. */
function oneLine(message: string): string {
  const [first, guess = ''] = message.replace(/^error: /, '').split('\n')
  return guess.startsWith('(Did you mean') ? `${first} ${guess}` : first
}
