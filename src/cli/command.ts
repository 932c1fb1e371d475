/** @module What a subcommand of `nearside` is. `main.ts` finds it, parses, runs, reports errors. */
import type { ParseArgsConfig } from 'node:util'
import type { Progress } from './progress.ts'

export interface CommandOption {
  readonly type: 'string' | 'boolean'
  readonly value?: string
  readonly describe: string
  readonly required?: boolean
  readonly default?: string
}

export type Values = Readonly<Record<string, string | boolean | undefined>>

export interface CommandContext {
  readonly progress: Progress
  /** One line to standard output. */
  print(line: string): void
  readonly signal: AbortSignal
}

export interface Command {
  readonly name: string
  readonly summary: string
  /** Shown under the usage line of `--help`. */
  readonly details?: string
  readonly positionals?: string
  readonly options: Readonly<Record<string, CommandOption>>
  /** Returns what `--json FILE` writes; prints the human form itself. */
  run(values: Values, positionals: readonly string[], context: CommandContext): Promise<unknown>
}

/** `--help` and `--json` belong to every command. */
export const COMMON_OPTIONS: Readonly<Record<string, CommandOption>> = {
  json: { type: 'string', value: 'FILE', describe: 'write the result as JSON to FILE' },
  help: { type: 'boolean', describe: 'show this help' },
}

export function parseConfig(
  options: Readonly<Record<string, CommandOption>>,
): NonNullable<ParseArgsConfig['options']> {
  return Object.fromEntries(
    Object.entries({ ...options, ...COMMON_OPTIONS }).map(([name, { type }]) => [name, { type }]),
  )
}
