/**
 * @module The fused loss on the processor, for the `cpu` and `wasm` backends of TensorFlow.js: one pass
 * forward and one back over the design, summed in double precision.
 */
import { addWeightedRows, scoreRows, softmaxInPlace } from '../objective.ts'
import type { InputName, LossSize } from './kernel.ts'

export type LossArrays = Readonly<Record<InputName, Float32Array>>

/** L and ∂L/∂p, [P]. */
export function lossOnProcessor(
  { cases, candidates: K, parameters: P }: LossSize,
  { parameters, design, offset, target, weight, mean, precision }: LossArrays,
): { readonly loss: number; readonly gradient: Float64Array } {
  const p = Float64Array.from(parameters)
  const scores = new Float64Array(K)
  const gradient = new Float64Array(P)
  let loss = 0
  for (let j = 0; j < P; j++) {
    const away = p[j] - mean[j]
    loss += 0.5 * precision[j] * away * away
    gradient[j] = precision[j] * away
  }
  for (let t = 0; t < cases; t++) {
    if (weight[t] === 0) continue
    const first = t * K
    scoreRows(design, first, K, p, scores)
    let wanted = 0
    let share = 0
    for (let k = 0; k < K; k++) {
      scores[k] += offset[first + k]
      wanted += target[first + k] * scores[k]
      share += target[first + k]
    }
    loss += weight[t] * (share * softmaxInPlace(scores, K) - wanted)
    for (let k = 0; k < K; k++) scores[k] = share * scores[k] - target[first + k]
    addWeightedRows(design, first, K, scores, weight[t], gradient)
  }
  return { loss, gradient }
}
