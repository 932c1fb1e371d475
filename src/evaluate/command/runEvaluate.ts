/** @module Runs the command as the shell would, with its defaults; tests only. */
import { command } from '../../cli/evaluate.ts'
import type { EvaluationResult } from './personal.ts'

export async function runEvaluate(
  options: Record<string, string>,
  signal: AbortSignal = new AbortController().signal,
): Promise<{ readonly result: EvaluationResult; readonly text: string }> {
  const lines: string[] = []
  const defaults = Object.entries(command.options).flatMap(([name, spec]) =>
    spec.default === undefined ? [] : [[name, spec.default]],
  )
  const result = (await command.run({ ...Object.fromEntries(defaults), ...options }, [], {
    progress: { update() {}, clear() {} },
    print: (line) => lines.push(line),
    signal,
  })) as EvaluationResult
  return { result, text: lines.join('\n') }
}
