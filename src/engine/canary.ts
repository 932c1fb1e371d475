/**
 * @module A fit whose answer is known, run before an engine is trusted with a shopper's model. GPU
 * backends of TensorFlow.js have been silently wrong on some devices: zero gradients with a correct
 * forward pass (tfjs#8590), zeros from a transpose (tfjs#8638), diverging WASM training (tfjs#4326).
 *
 * Two problems: a tiny one with a stored answer, which no code of ours computes at run time, and
 * one of the shape of personal training, because backends choose other shaders for other shapes;
 * its answer comes from the JS engine on the spot.
 */

import { NearsideError } from '../core/error.ts'
import { type FitProblem, PADDING_OFFSET } from '../core/personal/problem.ts'
import type { ProblemSize } from './calibrate.ts'
import type { Engine, FitResult } from './engine.ts'
import { createJsEngine } from './js.ts'

/**
 * How far a parameter may be from the answer, of some 0.18 that the tiny fit moves them and 0.04 that
 * the full-size one does. Single precision stays within 1e-5; an engine that does not learn, or learns
 * something else, is off by 1e-2 and more.
 */
export const CANARY_TOLERANCE = 1e-3

/** What `canaryProblem(TINY)` comes to: parameters and losses of the JS engine. */
export const CANARY_ANSWER: Readonly<FitResult> = {
  parameters: Float32Array.of(-0.2173704, 0.1651525, 0.1862406, -0.1492015, -0.1541594, 0.2357602),
  lossBefore: 4.914243934651236,
  lossAfter: 4.199894829815391,
}

export const TINY: ProblemSize = { cases: 5, candidates: 7, parameters: 6, steps: 6 }
/** Larger than the fits of the demo shop: for whoever knows no shop. */
export const PERSONAL_SIZE: ProblemSize = {
  cases: 64,
  candidates: 256,
  parameters: 88,
  steps: 30,
}
/** Enough to see a wrong gradient. */
const FULL_SIZE_STEPS = 2

/** Integers that look irregular, divided by a power of two: the same bits in every engine. */
export function irregular(length: number, factor: number): Float32Array {
  const array = new Float32Array(length)
  for (let i = 0; i < length; i++) array[i] = (((i * factor + 29) % 127) - 63) / 64
  return array
}

/** With a padded case and a padded candidate in it where there is room. */
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
  // Math.max keeps a NaN, which no tolerance admits.
  const gap = Math.max(...answer.parameters.map((p, j) => Math.abs(result.parameters[j] - p)))
  if (result.parameters.length === answer.parameters.length && gap <= CANARY_TOLERANCE) return
  throw new NearsideError(
    'engine-failed',
    `${engine.name} computes wrongly: ${problem} test problem is off by ${gap.toPrecision(2)}`,
  )
}

/**
 * @param size of the fits that the engine is for
 * @throws NearsideError `engine-failed` if the engine's answers are wrong, or with what its own `fit`
 * threw
 */
export async function runCanary(engine: Engine, size: ProblemSize = PERSONAL_SIZE): Promise<void> {
  check(engine, 'the tiny', await engine.fit(canaryProblem(TINY)), CANARY_ANSWER)
  if (engine.name === 'js') return
  const problem = canaryProblem({ ...size, steps: FULL_SIZE_STEPS })
  const answer = await createJsEngine().fit(problem)
  check(engine, 'the full-size', await engine.fit(problem), answer)
}
