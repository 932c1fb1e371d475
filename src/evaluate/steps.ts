/** @module What a long evaluation is handed: somebody to tell how far it is, and a way to be stopped. */
import { NearsideError } from '../core/error.ts'

export interface Steps {
  /** `done` of `total` units of `label`. */
  onProgress(label: string, done: number, total: number): void
  readonly signal: AbortSignal
}

/** Between two steps: says how far it is and lets Ctrl-C be heard. @throws NearsideError `aborted` */
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
