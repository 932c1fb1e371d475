/** @module L2 clipping, which bounds how much one device can change the sum. */
import { NearsideError } from '@nearside/core/error.ts'

export function norm(vector: ArrayLike<number>): number {
  const { largest, ratio } = scaledNorm(vector)
  return largest * ratio
}

/** Norm ‖x‖ as two factors, largest · ratio. The factors' product can overflow even if no number of the vector does. */
function scaledNorm(vector: ArrayLike<number>): { largest: number; ratio: number } {
  let largest = 0
  for (let i = 0; i < vector.length; i++) largest = Math.max(largest, Math.abs(vector[i]))
  if (largest === 0 || !Number.isFinite(largest)) return { largest, ratio: 1 }
  let sum = 0
  for (let i = 0; i < vector.length; i++) {
    const relative = vector[i] / largest
    // Multiplies, because engines can round `** 2` differently, and an auditor must get the same bits.
    sum += relative * relative
  }
  return { largest, ratio: Math.sqrt(sum) }
}

/**
 * Clipped vector x · min(1, C/‖x‖).
 * @throws NearsideError `report-invalid` for a coordinate that is NaN or infinite
 */
export function clip(vector: ArrayLike<number>, clipNorm: number): Float64Array {
  const clipped = Float64Array.from(vector)
  if (!clipped.every(Number.isFinite))
    throw new NearsideError('report-invalid', 'The update holds a number that is not finite')
  const { largest, ratio } = scaledNorm(clipped)
  if (largest * ratio <= clipNorm) return clipped
  // Divides first, because C/‖x‖ of a huge vector is too small for an exact double.
  return clipped.map((coordinate) => (coordinate / largest) * (clipNorm / ratio))
}
