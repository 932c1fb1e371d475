/** @module L2 clipping: the one bound on how much a single device can move the sum. */
import { NearsideError } from '../../core/error.ts'

/** √Σx², in fp64. */
export function norm(vector: ArrayLike<number>): number {
  const { largest, ratio } = scaledNorm(vector)
  return largest === 0 ? 0 : largest * ratio
}

/** ‖x‖ = largest · ratio; apart, because together they may overflow where the vector doesn't. */
function scaledNorm(vector: ArrayLike<number>): { largest: number; ratio: number } {
  let largest = 0
  for (let i = 0; i < vector.length; i++) largest = Math.max(largest, Math.abs(vector[i]))
  if (largest === 0 || !Number.isFinite(largest)) return { largest, ratio: 1 }
  let sum = 0
  for (let i = 0; i < vector.length; i++) {
    const relative = vector[i] / largest
    // Not `** 2`, which engines may round otherwise: an auditor recomputes this bit for bit.
    sum += relative * relative
  }
  return { largest, ratio: Math.sqrt(sum) }
}

/**
 * x · min(1, C/‖x‖), in fp64.
 * @throws NearsideError `report-invalid` if a coordinate is NaN or infinite: clipping would turn it
 * into a direction that nobody computed
 */
export function clip(vector: ArrayLike<number>, clipNorm: number): Float64Array {
  const clipped = Float64Array.from(vector)
  if (!clipped.every(Number.isFinite))
    throw new NearsideError('report-invalid', 'The update holds a number that is not finite')
  const { largest, ratio } = scaledNorm(clipped)
  if (largest * ratio <= clipNorm) return clipped
  // Division first: C/‖x‖ of a huge vector is too small for a double to hold precisely.
  return clipped.map((coordinate) => (coordinate / largest) * (clipNorm / ratio))
}
