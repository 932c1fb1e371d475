/** @module Runs a command inside the test, as a shell would. */
import type { Subcommand } from './command.ts'
import { runProgram } from './program.ts'

export type Flags = Readonly<Record<string, string | number | true | undefined>>

interface Given {
  readonly flags?: Flags
  readonly positionals?: readonly string[]
  readonly signal?: AbortSignal
  print?(line: string): void
  progress?(label: string): void
}

/** Runs a command. `result` is the value for `--json`; `printed` is the screen's text. */
export async function runCommand(command: Subcommand, given: Given) {
  const { flags = {}, positionals = [], signal = new AbortController().signal } = given
  const printed: string[] = []
  const options = Object.entries(flags)
    .filter(([, value]) => value !== undefined)
    .flatMap(([name, value]) => (value === true ? [`--${name}`] : [`--${name}`, String(value)]))
  const argv = [command.syntax.name(), ...positionals, ...options]
  const result = await runProgram('nearside', [command], argv, {
    progress: { update: (label) => given.progress?.(label), clear() {} },
    print(line) {
      printed.push(line)
      given.print?.(line)
    },
    signal,
  })
  return { result, printed }
}
