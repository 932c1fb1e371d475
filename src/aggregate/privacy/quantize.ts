/**
 * @module Quantization: from real vectors to integers mod q and back. Sums of integers are exact in any order, and
 * noise on integers has no floating-point weakness (Mironov 2012).
 */
import { invalidInput, NearsideError } from '@nearside/core/error.ts'
import { clip } from './clip.ts'
import { MODULUS, residue } from './pine/field.ts'
import type { RandomBytes } from './randomBytes.ts'

/** Squared norm Σ x², exact below 2⁵³ (the policy keeps the norm bound C_q ≤ 1883). */
export function squaredNorm(vector: Int32Array): number {
  let sum = 0
  for (const coordinate of vector) sum += coordinate * coordinate
  return sum
}

/**
 * Clips, scales, and rounds each coordinate up or down at random, so that its expectation stays exact.
 *
 * Rounding moves a vector by less than √d, so clipping leaves a margin of √d below C_q. The integers are still checked
 * against the bound, because the privacy guarantee depends on it.
 *
 * @param clipNorm C_q, the integer norm bound; must be above √d
 * @returns the rounded vector x_q, [d], with ‖x_q‖² ≤ C_q²
 * @throws NearsideError `report-invalid` for numbers that are not finite
 */
export function quantize(
  vector: ArrayLike<number>,
  scale: number,
  clipNorm: number,
  randomBytes: RandomBytes,
): Int32Array {
  const room = clipNorm - Math.sqrt(vector.length)
  if (!(room > 0)) throw invalidInput('clipNorm · scale must be above √d')
  const clipped = clip(vector, room / scale)
  const draws = randomBytes(4 * clipped.length)
  const view = new DataView(draws.buffer, draws.byteOffset)
  const quantized = new Int32Array(clipped.length)
  for (let i = 0; i < clipped.length; i++) {
    const scaled = clipped[i] * scale
    const below = Math.floor(scaled)
    quantized[i] = below + (view.getUint32(4 * i, true) / 2 ** 32 < scaled - below ? 1 : 0)
  }
  if (squaredNorm(quantized) > clipNorm * clipNorm)
    throw new NearsideError(
      'report-invalid',
      'The norm of the rounded update exceeds the clip norm',
    )
  return quantized
}

export function toResidues(vector: Int32Array): Uint32Array {
  return Uint32Array.from(vector, residue)
}

/** Converts residues of a signed sum into the sum divided by `scale · divisor`. */
export function dequantize(residues: Uint32Array, scale: number, divisor: number): Float64Array {
  const signed = (x: number) => (x > MODULUS / 2 ? x - MODULUS : x)
  return Float64Array.from(residues, (x) => signed(x) / scale / divisor)
}
