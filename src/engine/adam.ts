/**
 * @module Adam with bias correction. @see Kingma and Ba, "Adam: A Method for Stochastic
 * Optimization", ICLR 2015, https://arxiv.org/abs/1412.6980, algorithm 1.
 */
export const BETA1 = 0.9
export const BETA2 = 0.999
export const EPSILON = 1e-8

export interface AdamState {
  /** First and second moments, [P] each. */
  readonly first: Float64Array
  readonly second: Float64Array
  /** Steps done. */
  readonly step: number
}

export function startAdam(parameters: number): AdamState {
  return { first: new Float64Array(parameters), second: new Float64Array(parameters), step: 0 }
}

/** Moves `q` in place by one step; the moments are updated in place, the step count is returned. */
export function adamStep(
  state: AdamState,
  q: Float64Array,
  gradient: Float64Array,
  stepSize: Float32Array,
): AdamState {
  const { first, second } = state
  const step = state.step + 1
  const correction1 = 1 - BETA1 ** step
  const correction2 = 1 - BETA2 ** step
  for (let j = 0; j < q.length; j++) {
    const g = gradient[j]
    first[j] = BETA1 * first[j] + (1 - BETA1) * g
    second[j] = BETA2 * second[j] + (1 - BETA2) * g * g
    q[j] -=
      (stepSize[j] * (first[j] / correction1)) / (Math.sqrt(second[j] / correction2) + EPSILON)
  }
  return { first, second, step }
}
