/** @module Runs a program whose commands are loaded on demand. */
import type { Subcommand } from './command.ts'
import { runProcess } from './program.ts'

export type Loaders = Readonly<Record<string, () => Promise<{ readonly command: Subcommand }>>>

/** Loads the command that `argv` names, or all commands for the program's help. Sets the exit code. */
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
