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
  let result: unknown
  const watched: Subcommand = {
    ...command,
    async run(context) {
      result = await command.run(context)
      return result
    },
  }
  const options = Object.entries(flags)
    .filter(([, value]) => value !== undefined)
    .flatMap(([name, value]) => (value === true ? [`--${name}`] : [`--${name}`, String(value)]))
  await runProgram('nearside', [watched], [command.syntax.name(), ...positionals, ...options], {
    progress: { update: (label) => given.progress?.(label), clear() {} },
    print(line) {
      printed.push(line)
      given.print?.(line)
    },
    signal,
  })
  return { result, printed }
}
