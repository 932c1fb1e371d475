/**
 * @module Canary: a fit with a stored answer, which an engine must compute before it fits a shopper's model. Backends of
 * TensorFlow.js have been silently wrong on some devices: zero gradients with a correct forward pass (tfjs#8590), zeros
 * from a transpose (tfjs#8638), diverging WASM training (tfjs#4326).
 */

import { NearsideError } from '@nearside/core/error.ts'
import { type FitProblem, PADDING_OFFSET } from '@nearside/core/learning/problem.ts'
import type { Engine } from './engine.ts'

/**
 * Maximum error of a parameter. The fit moves each parameter by 0.038 or more, so an engine that learns wrongly has a
 * far larger error; errors of single precision stay below 1e-5.
 */
export const CANARY_TOLERANCE = 1e-3

/** Size of the canary. Its number of parameters is odd, so that engines must pad the rows to whole SIMD vectors. */
export const CANARY_SIZE = { cases: 64, candidates: 64, parameters: 31, steps: 8 } as const

/** Parameters that the JS engine returns for `canaryProblem(CANARY_SIZE)`. */
export const CANARY_ANSWER = Float32Array.from([
  0.1758741, -0.0553645, -0.2191254, -0.2083404, -0.2033986, 0.2808925, 0.192018, 0.1803677,
  0.0553445, -0.2040682, -0.215081, -0.1471546, -0.1958516, 0.3018343, 0.1836766, 0.1565913,
  -0.1139985, -0.2019329, -0.2266621, -0.0915946, -0.0421706, 0.1640443, 0.175066, 0.2073992,
  -0.1303483, -0.2368673, -0.2180409, 0.1284836, 0.2223549, 0.1761897, 0.2177079,
])

/** Irregular integers divided by a power of two, which have the same bits on every machine. */
export function irregular(length: number, factor: number): Float32Array {
  const array = new Float32Array(length)
  for (let i = 0; i < length; i++) array[i] = (((i * factor + 29) % 127) - 63) / 64
  return array
}

/** Canary problem of the given size, with a padded case, and a padded candidate in each case. */
export function canaryProblem({
  cases,
  candidates,
  parameters,
  steps,
}: Pick<FitProblem, 'cases' | 'candidates' | 'parameters' | 'steps'>): FitProblem {
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

/** @throws NearsideError `engine-failed` if the engine's answer is wrong; or the error that its `fit` throws */
export async function runCanary(engine: Engine): Promise<void> {
  const { parameters } = await engine.fit(canaryProblem(CANARY_SIZE))
  // Math.max gives NaN if a difference is NaN, and the comparison below is then false.
  const gap = Math.max(...CANARY_ANSWER.map((p, j) => Math.abs(parameters[j] - p)))
  if (parameters.length === CANARY_ANSWER.length && gap <= CANARY_TOLERANCE) return
  throw new NearsideError(
    'engine-failed',
    `${engine.name} computes wrongly: its test fit is off by ${gap.toPrecision(2)}`,
  )
}
