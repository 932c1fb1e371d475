/** @module Lets a long evaluation report its progress and be cancelled. */
import { NearsideError } from '@nearside/core/error.ts'

export interface Steps {
  /** Called when `done` of `total` parts of the step named `label` are done. */
  onProgress(label: string, done: number, total: number): void
  readonly signal: AbortSignal
}

/** Reports progress, and yields so that Ctrl-C can take effect. @throws NearsideError `aborted` */
export async function step(
  { onProgress, signal }: Steps,
  label: string,
  done: number,
  total: number,
): Promise<void> {
  onProgress(label, done, total)
  await new Promise((resolve) => setImmediate(resolve))
  if (signal.aborted) throw new NearsideError('aborted', 'the evaluation was stopped')
}
