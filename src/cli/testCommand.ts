/** @module Runs a command as a shell would, inside the test. */
import type { Subcommand } from './command.ts'
import { runProgram } from './program.ts'

export type Flags = Readonly<Record<string, string | number | true | undefined>>

interface Given {
  readonly flags?: Flags
  readonly positionals?: readonly string[]
  readonly signal?: AbortSignal
  print?(line: string): void
  /** What the bar shows. */
  progress?(label: string): void
}

/** `result` is what `--json` would write; `printed` is what the screen shows. */
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
