/** @module Named parameters with their gradients, moved by AdamW: Adam with weight decay of its own. */
import { BETA1, BETA2, EPSILON } from '../../core/adam.ts'

export interface Parameter {
  readonly value: Float32Array
  readonly gradient: Float32Array
  /** Decoupled weight decay per step, as a share of the step size. */
  readonly decay: number
}

/** `allocate` says where the two arrays lie. */
export function createParameter(
  length: number,
  decay: number,
  allocate: (length: number) => Float32Array = (n) => new Float32Array(n),
): Parameter {
  return { value: allocate(length), gradient: allocate(length), decay }
}

/**
 * @returns one step with `gradient` × `factor`, which is then zero again
 * @see https://arxiv.org/abs/1711.05101
 */
export function createAdam(
  parameters: readonly Parameter[],
): (learningRate: number, factor: number) => void {
  const first = parameters.map(({ value }) => new Float32Array(value.length))
  const second = parameters.map(({ value }) => new Float32Array(value.length))
  let steps = 0
  return (learningRate, factor) => {
    steps++
    const rate = (learningRate * Math.sqrt(1 - BETA2 ** steps)) / (1 - BETA1 ** steps)
    for (let p = 0; p < parameters.length; p++) {
      const { value, gradient, decay } = parameters[p]
      const m = first[p]
      const v = second[p]
      const keep = 1 - learningRate * decay
      for (let i = 0; i < value.length; i++) {
        const g = gradient[i] * factor
        m[i] += (1 - BETA1) * (g - m[i])
        v[i] += (1 - BETA2) * (g * g - v[i])
        value[i] = value[i] * keep - (rate * m[i]) / (Math.sqrt(v[i]) + EPSILON)
      }
      gradient.fill(0)
    }
  }
}
