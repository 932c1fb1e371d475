/**
 * @module Adam with bias correction.
 * @see Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, https://arxiv.org/abs/1412.6980,
 *   algorithm 1.
 */
export const BETA1 = 0.9
export const BETA2 = 0.999
export const EPSILON = 1e-8

/** Decay powers β₁ᵗ and β₂ᵗ after t steps. */
interface Decay {
  readonly first: number
  readonly second: number
}

const BEFORE_ALL: Decay = { first: 1, second: 1 }

/** Decay powers after one more step, by multiplication, because the last bits of `**` differ between browsers. */
function decayed({ first, second }: Decay): Decay {
  return { first: first * BETA1, second: second * BETA2 }
}

export interface AdamState {
  /** First moment, the mean of the gradients, [P]. */
  readonly first: Float64Array
  /** Second moment, the mean of the squared gradients, [P]. */
  readonly second: Float64Array
  readonly decay: Decay
}

export function startAdam(parameters: number): AdamState {
  return {
    first: new Float64Array(parameters),
    second: new Float64Array(parameters),
    decay: BEFORE_ALL,
  }
}

/** Overwrites the parameters `q` and the moments; returns the state with the new decay powers. */
export function adamStep(
  state: AdamState,
  q: Float64Array,
  gradient: Float64Array,
  stepSize: Float32Array,
): AdamState {
  const { first, second } = state
  const decay = decayed(state.decay)
  const correction1 = 1 - decay.first
  const correction2 = 1 - decay.second
  for (let j = 0; j < q.length; j++) {
    const g = gradient[j]
    first[j] = BETA1 * first[j] + (1 - BETA1) * g
    second[j] = BETA2 * second[j] + (1 - BETA2) * g * g
    q[j] -=
      (stepSize[j] * (first[j] / correction1)) / (Math.sqrt(second[j] / correction2) + EPSILON)
  }
  return { first, second, decay }
}

/**
 * Computes Adam's step size and ε of each step t, with the bias corrections included, so that the GPU needs none. For
 * gradients g_i, M_t = Σ β₁^(t−i) g_i and V_t = Σ β₂^(t−i) g_i², Adam's m̂/(√v̂ + ε) is k_t M_t/(√V_t + ε_t), where r_t
 * = √((1−β₂)/(1−β₂ᵗ)), k_t = (1−β₁)/((1−β₁ᵗ) r_t) and ε_t = ε/r_t.
 * @param stepSize one per parameter, [P]
 * @returns rate = k_t · stepSize, row-major [steps, P], and epsilon, [steps]
 */
export function adamSchedule(
  steps: number,
  stepSize: Float32Array,
): { rate: Float32Array; epsilon: Float32Array } {
  const P = stepSize.length
  const rate = new Float32Array(steps * P)
  const epsilon = new Float32Array(steps)
  let decay = BEFORE_ALL
  for (let t = 0; t < steps; t++) {
    decay = decayed(decay)
    const r = Math.sqrt((1 - BETA2) / (1 - decay.second))
    const k = (1 - BETA1) / ((1 - decay.first) * r)
    epsilon[t] = EPSILON / r
    for (let j = 0; j < P; j++) rate[t * P + j] = k * stepSize[j]
  }
  return { rate, epsilon }
}
