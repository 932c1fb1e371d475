/** @module Runs the command as the shell would, with its defaults; tests only. */
import { command } from '../../cli/evaluate.ts'
import { runCommand } from '../../cli/testCommand.ts'
import type { EvaluationResult } from './personal.ts'

export async function runEvaluate(
  flags: Record<string, string>,
  signal?: AbortSignal,
): Promise<{ readonly result: EvaluationResult; readonly text: string }> {
  const { result, printed } = await runCommand(command, { flags, signal })
  return { result: result as EvaluationResult, text: printed.join('\n') }
}
