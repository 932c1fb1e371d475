/**
 * @module Canary: a fit with a known answer, run before an engine may fit a shopper's model. GPU backends of
 * TensorFlow.js have been silently wrong on some devices: zero gradients with a correct forward pass
 * (tfjs#8590), zeros from a transpose (tfjs#8638), diverging WASM training (tfjs#4326).
 *
 * There are two problems. A tiny problem has a stored answer, which no code of this project computes at run
 * time. The other has the shape of personal training, because backends choose shaders by shape. Its answer
 * comes from the JS engine at run time.
 */

import { NearsideError } from '../core/error.ts'
import { type FitProblem, PADDING_OFFSET } from '../core/personal/problem.ts'
import type { ProblemSize } from './calibrate.ts'
import type { Engine, FitResult } from './engine.ts'
import { createJsEngine } from './js.ts'

/**
 * Maximum error of a parameter. The tiny fit moves parameters by about 0.18, the full-size fit by 0.04.
 * Single precision stays within 1e-5; an engine that learns nothing or something else is off by 1e-2 and
 * more.
 */
export const CANARY_TOLERANCE = 1e-3

/** Answer of `canaryProblem(TINY)`: parameters and losses of the JS engine. */
export const CANARY_ANSWER: Readonly<FitResult> = {
  parameters: Float32Array.of(-0.2173704, 0.1651525, 0.1862406, -0.1492015, -0.1541594, 0.2357602),
  lossBefore: 4.914243934651236,
  lossAfter: 4.199894829815391,
}

export const TINY: ProblemSize = { cases: 5, candidates: 7, parameters: 6, steps: 6 }
/** Size for callers without a shop; larger than the fits of the demo shop. */
export const PERSONAL_SIZE: ProblemSize = {
  cases: 64,
  candidates: 256,
  parameters: 88,
  steps: 30,
}
/** Number of steps that suffices to reveal a wrong gradient. */
const FULL_SIZE_STEPS = 2

/** Irregular integers divided by a power of two, with the same bits in every engine. */
export function irregular(length: number, factor: number): Float32Array {
  const array = new Float32Array(length)
  for (let i = 0; i < length; i++) array[i] = (((i * factor + 29) % 127) - 63) / 64
  return array
}

/** Canary problem of the given size, with a padded case and a padded candidate if there is room. */
export function canaryProblem({ cases, candidates, parameters, steps }: ProblemSize): FitProblem {
  const offset = irregular(cases * candidates, 53)
  const target = new Float32Array(cases * candidates)
  const weight = new Float32Array(cases).fill(0.5)
  for (let t = 0; t < cases; t++) {
    target[t * candidates + ((t * 3) % (candidates - 1))] = 1
    offset[(t + 1) * candidates - 1] = PADDING_OFFSET
  }
  weight[cases - 1] = 0
  return {
    cases,
    candidates,
    parameters,
    design: irregular(cases * candidates * parameters, 91),
    offset,
    target,
    weight,
    mean: irregular(parameters, 17).map((value) => value / 16),
    precision: new Float32Array(parameters).fill(0.25),
    stepSize: new Float32Array(parameters).fill(0.03125),
    steps,
  }
}

function check(engine: Engine, problem: string, result: FitResult, answer: FitResult): void {
  // Math.max propagates NaN, which exceeds any tolerance.
  const gap = Math.max(...answer.parameters.map((p, j) => Math.abs(result.parameters[j] - p)))
  if (result.parameters.length === answer.parameters.length && gap <= CANARY_TOLERANCE) return
  throw new NearsideError(
    'engine-failed',
    `${engine.name} computes wrongly: ${problem} test problem is off by ${gap.toPrecision(2)}`,
  )
}

/**
 * Runs both canary problems.
 * @param size size of the fits that the engine is for
 * @throws NearsideError `engine-failed` if the engine's answers are wrong; or the error of its own `fit`
 */
export async function runCanary(engine: Engine, size: ProblemSize = PERSONAL_SIZE): Promise<void> {
  check(engine, 'the tiny', await engine.fit(canaryProblem(TINY)), CANARY_ANSWER)
  if (engine.name === 'js') return
  const problem = canaryProblem({ ...size, steps: FULL_SIZE_STEPS })
  const answer = await createJsEngine().fit(problem)
  check(engine, 'the full-size', await engine.fit(problem), answer)
}
