/** @module Runs `nearside evaluate` as a shell would. */
import type { PersonalResult } from '@nearside/evaluate/personal.ts'
import { command } from './commands/evaluate.ts'
import { runCommand } from './testCommand.ts'

export async function runEvaluate(
  flags: Record<string, string>,
  signal?: AbortSignal,
): Promise<{ readonly result: PersonalResult; readonly text: string }> {
  const { result, printed } = await runCommand(command, { flags, signal })
  return { result: result as PersonalResult, text: printed.join('\n') }
}
