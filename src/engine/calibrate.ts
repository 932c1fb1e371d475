/**
 * @module Whether a GPU fits faster than WASM on this device: both begin a fit of the shop's own size,
 * and how long all of it would take follows from their first steps. At most 20 ms in all, and only
 * once: the outcome is remembered with the adapter's name.
 */

import { NearsideError } from '../core/error.ts'
import { isRecord } from '../core/isRecord.ts'
import type { FitProblem } from '../core/personal/problem.ts'
import type { Engine } from './engine.ts'

/** For both engines together, in milliseconds. */
export const CALIBRATION_MS = 20
/** Rises when kernels change so much that what was measured means nothing any more. */
const REVISION = 2
/** A fit is followed for so many reports of progress, or so many steps. */
const REPORTS = 8
const STEPS = 20

/** A fit's predicted milliseconds on each of the two. */
export interface Calibration {
  /** Adapter, problem size and revision: another combination is measured anew. */
  readonly device: string
  readonly gpu: number
  readonly wasm: number
}

/** Keeps one calibration between starts. What is read may be anything. */
export interface CalibrationMemory {
  read(): Promise<unknown>
  write(calibration: Calibration): Promise<void>
}

export type ProblemSize = Pick<FitProblem, 'cases' | 'candidates' | 'parameters' | 'steps'>

export function calibrationName(
  adapter: string,
  { cases, candidates, parameters, steps }: ProblemSize,
): string {
  return `${adapter}, ${cases}×${candidates}×${parameters}, ${steps} steps, ${REVISION}`
}

/** What is remembered for this device; null where that is nothing, or nothing that makes sense. */
export async function recall(
  memory: CalibrationMemory | undefined,
  device: string,
): Promise<Calibration | null> {
  // A memory that fails costs a measurement, no more.
  const found = await memory?.read().catch(() => null)
  if (!isRecord(found)) return null
  const { device: of, gpu, wasm } = found
  return of === device && isDuration(gpu) && isDuration(wasm) ? { device, gpu, wasm } : null
}

const isDuration = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0

/**
 * Null where the time did not suffice to tell, e.g. because the GPU answered nothing in it, or the
 * clock is too coarse.
 * @param gpu, wasm engines that have passed their canary at this size, so nothing is compiled now
 */
export async function calibrate(
  device: string,
  gpu: Engine,
  wasm: Engine,
  problem: FitProblem,
  clock: () => number,
): Promise<Calibration | null> {
  const start = clock()
  const onWasm = await predict(wasm, problem, clock, start + CALIBRATION_MS / 2)
  const onGpu = await predict(gpu, problem, clock, start + CALIBRATION_MS)
  return onWasm && onGpu ? { device, gpu: onGpu, wasm: onWasm } : null
}

/** Milliseconds of the whole fit, from its first steps. */
async function predict(
  engine: Engine,
  problem: FitProblem,
  clock: () => number,
  deadline: number,
): Promise<number | null> {
  const stop = new AbortController()
  const seen: { done: number; time: number }[] = []
  const start = clock()
  const fit = engine.fit(problem, {
    signal: stop.signal,
    onProgress(done) {
      if (stop.signal.aborted) return
      seen.push({ done, time: clock() })
      if (seen.length === REPORTS || done >= STEPS || clock() >= deadline) stop.abort()
    },
  })
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, deadline - start))
  })
  // It ends by our abort; an engine that fails here has told nothing, and fails again when used.
  await Promise.race([late, fit.catch((error: unknown) => requireExpected(error))])
  clearTimeout(timer)
  stop.abort()
  const [first, last] = [seen[0], seen[seen.length - 1]]
  if (!first || last.time <= first.time) return null
  const perStep = (last.time - first.time) / (last.done - first.done)
  return first.time - start + (problem.steps - first.done) * perStep
}

function requireExpected(error: unknown): void {
  if (!(error instanceof NearsideError)) throw error
}
