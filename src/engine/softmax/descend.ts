/** @module The fit of u for implementations that take their steps on the CPU. */
import { NearsideError } from '../../core/error.ts'
import { adamStep, startAdam } from '../adam.ts'
import type { FitOptions, FitResult } from '../engine.ts'
import { nextTask, throwIfAborted } from '../pause.ts'
import type { SoftmaxFit, SoftmaxValue } from './softmax.ts'

/** Prior and steps of a fit of u, whatever its likelihood. */
export type Descent = Pick<SoftmaxFit, 'mean' | 'precision' | 'stepSize' | 'steps'>

/** ½ Σ_j precision_j q_j² */
export function priorLoss({ precision }: Pick<Descent, 'precision'>, q: ArrayLike<number>): number {
  return precision.reduce((sum, value, j) => sum + 0.5 * value * q[j] ** 2, 0)
}

/** @throws NearsideError `fit-diverged` if anything is not finite */
export function finishFit(
  parameters: Float32Array,
  lossBefore: number,
  lossAfter: number,
): FitResult {
  if (![lossBefore, lossAfter, ...parameters].every(Number.isFinite))
    throw new NearsideError(
      'fit-diverged',
      'The fit left the range of finite numbers; the previous personal model stays',
    )
  return { parameters, lossBefore, lossAfter }
}

/**
 * @param problem checked, e.g. by `checkFit`
 * @param value likelihood and its gradient at u
 */
export async function descend(
  problem: Descent,
  value: (u: Float64Array) => SoftmaxValue | Promise<SoftmaxValue>,
  { signal, onProgress }: FitOptions = {},
): Promise<FitResult> {
  const { mean, precision, stepSize, steps } = problem
  const q = new Float64Array(mean.length)
  const gradient = new Float64Array(mean.length)
  const at = () => value(q.map((moved, j) => mean[j] + moved))
  throwIfAborted(signal)
  let state = startAdam(mean.length)
  let lossBefore = Number.NaN
  for (let step = 1; step <= steps; step++) {
    const here = await at()
    if (step === 1) lossBefore = here.loss
    for (let j = 0; j < q.length; j++) gradient[j] = here.gradient[j] + precision[j] * q[j]
    state = adamStep(state, q, gradient, stepSize)
    onProgress?.(step, steps)
    await nextTask()
    throwIfAborted(signal)
  }
  const parameters = Float32Array.from(mean, (value, j) => value + q[j])
  const { loss } = await value(Float64Array.from(parameters))
  const moved = parameters.map((value, j) => value - mean[j])
  return finishFit(parameters, steps === 0 ? loss : lossBefore, loss + priorLoss(problem, moved))
}
