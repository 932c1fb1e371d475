/**
 * @module Measures whether the GPU fits faster than WASM on this device. Both begin a fit of the shop's own
 * size, and their first steps predict the duration of the whole fit. The measurement takes at most 20 ms and
 * runs once: the result is stored with the adapter's name.
 */

import { NearsideError } from '../core/error.ts'
import { isRecord } from '../core/isRecord.ts'
import type { FitProblem } from '../core/personal/problem.ts'
import type { Engine } from './engine.ts'

/** Time for both engines together, in milliseconds. */
export const CALIBRATION_MS = 20
/** Revision of the measurement; increase it when a change of kernels invalidates stored results. */
const REVISION = 2
/** A measurement ends after this many progress reports, or this many steps. */
const REPORTS = 8
const STEPS = 20

/** Predicted milliseconds of a fit on each engine. */
export interface Calibration {
  /** Cache key: adapter, problem size and revision. */
  readonly device: string
  readonly gpu: number
  readonly wasm: number
}

/** Storage for one calibration between starts. `read` may return anything. */
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

/** Calibration stored for this device; null if there is none, or if it is invalid. */
export async function recall(
  memory: CalibrationMemory | undefined,
  device: string,
): Promise<Calibration | null> {
  // If the storage fails, calibration runs again.
  const found = await memory?.read().catch(() => null)
  if (!isRecord(found)) return null
  const { device: of, gpu, wasm } = found
  return of === device && isDuration(gpu) && isDuration(wasm) ? { device, gpu, wasm } : null
}

const isDuration = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0

/**
 * Measures both engines; null if the time was too short, e.g. without any answer of the GPU, or with a coarse
 * clock.
 * @param gpu, wasm engines that have passed their canary at this size, so that nothing compiles now
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

/** Predicted milliseconds of the whole fit, from its first steps. */
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
  // The fit ends by the abort. If the engine fails here, there is no measurement, and it fails again when
  // used.
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
