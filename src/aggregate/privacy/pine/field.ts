/**
 * @module Prime field of the shares: q = 2³² − 2²⁰ + 1, "Field32" of the PINE draft. An element fits 32 bits and a
 * product fits two doubles, so no big integers are needed.
 */

import { decodeVector } from '@nearside/core/bytes.ts'

export const MODULUS = 4_293_918_721
const INVERSE = 1 / MODULUS
const GAP_MIDDLE = MODULUS + 2 ** 19
/** Element of order 2²⁰. */
const GENERATOR = 3_925_978_153
const GENERATOR_ORDER = 2 ** 20

export function add(a: number, b: number): number {
  const sum = a + b
  return sum >= MODULUS ? sum - MODULUS : sum
}

export function subtract(a: number, b: number): number {
  return a >= b ? a - b : a - b + MODULUS
}

/**
 * Product as a·b − ⌊a·b/q⌋·q; both terms are computed mod 2³². The quotient ⌊a·b/q⌋ is computed with doubles, so it can
 * be wrong by one if a·b/q is within 2⁻¹⁹ of an integer. The result then lies between q and 2³²: near q if the quotient
 * is too small, near 2³² if it is too large.
 */
export function multiply(a: number, b: number): number {
  const quotient = (a * b * INVERSE) >>> 0
  const rest = (Math.imul(a, b) - Math.imul(quotient, MODULUS)) >>> 0
  if (rest < MODULUS) return rest
  return rest < GAP_MIDDLE ? rest - MODULUS : rest - (2 ** 32 - MODULUS)
}

/** Residue of any integer below 2⁵³ in magnitude. Much faster than `%`, which engines run as a function call. */
export function residue(integer: number): number {
  const rest = integer - Math.floor(integer * INVERSE) * MODULUS
  if (rest < 0) return rest + MODULUS
  return rest < MODULUS ? rest : rest - MODULUS
}

export function power(base: number, exponent: number): number {
  let result = 1
  let square = base
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = multiply(result, square)
    square = multiply(square, square)
  }
  return result
}

export function powers(base: number, length: number): Uint32Array {
  const list = new Uint32Array(length)
  let current = 1
  for (let i = 0; i < length; i++) {
    list[i] = current
    current = multiply(current, base)
  }
  return list
}

/** Sum mod q of at most 2²⁰ elements; more could exceed 2⁵³. */
export function sumOf(values: Uint32Array): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]
  return residue(sum)
}

/** Products of two lists of equal length, element by element. */
export function products(a: Uint32Array, b: Uint32Array): Uint32Array {
  const list = new Uint32Array(a.length)
  for (let i = 0; i < list.length; i++) list[i] = multiply(a[i], b[i])
  return list
}

const rootsOf = new Map<number, Uint32Array>()

function roots(size: number): Uint32Array {
  const known = rootsOf.get(size) ?? powers(power(GENERATOR, GENERATOR_ORDER / size), size)
  rootsOf.set(size, known)
  return known
}

/**
 * Evaluates a polynomial in place: coefficients become values at the powers of the root of unity. The polynomial's
 * length is a power of two.
 */
export function evaluate(values: Uint32Array): Uint32Array {
  return transform(values, roots(values.length))
}

/** Interpolates a polynomial in place: values at the powers of the root of unity become coefficients. */
export function interpolate(values: Uint32Array): Uint32Array {
  const { length } = values
  transform(values, roots(length))
  // The inverse transform is the transform with its points in reverse, divided by the length.
  values.subarray(1).reverse()
  const scale = power(length, MODULUS - 2)
  for (let i = 0; i < length; i++) values[i] = multiply(values[i], scale)
  return values
}

/**
 * Replaces a polynomial's values at the powers of the root of unity, in place, by its values halfway between these
 * points. Old and new values together are the polynomial's values at twice as many points.
 */
export function halfway(values: Uint32Array): Uint32Array {
  const between = roots(2 * values.length)
  interpolate(values)
  for (let i = 0; i < values.length; i++) values[i] = multiply(values[i], between[i])
  return evaluate(values)
}

/** Number theoretic transform in place, radix two (Cooley, Tukey). */
function transform(values: Uint32Array, root: Uint32Array): Uint32Array {
  const { length } = values
  for (let i = 1, j = 0; i < length; i++) {
    let bit = length >> 1
    for (; j & bit; bit >>= 1) j ^= bit
    j ^= bit
    if (i < j) [values[i], values[j]] = [values[j], values[i]]
  }
  for (let half = 1; half < length; half *= 2) {
    const step = length / (2 * half)
    for (let start = 0; start < length; start += 2 * half) {
      for (let k = 0; k < half; k++) {
        const even = values[start + k]
        const other = values[start + half + k]
        const odd = k === 0 ? other : multiply(other, root[k * step])
        values[start + k] = add(even, odd)
        values[start + half + k] = subtract(even, odd)
      }
    }
  }
  return values
}

export function bitsOf(value: number, length: number): readonly number[] {
  return Array.from({ length }, (_, i) => Math.floor(value / 2 ** i) % 2)
}

/** Value Σ 2ⁱ·bitᵢ of the `length` bits that begin at `start`. Shares of bits give a share of the value. */
export function fromBits(bits: Uint32Array, start: number, length: number): number {
  let sum = 0
  for (let i = length - 1; i >= 0; i--) {
    sum = 2 * sum + bits[start + i]
    // Reduces mod q after sixteen doublings, so that the sum stays below 2⁵³.
    if (i % 16 === 0) sum %= MODULUS
  }
  return sum
}

/** @returns null for bytes that aren't whole elements, or for an element above q − 1 */
export function decodeElements(bytes: Uint8Array): Uint32Array | null {
  if (bytes.length % 4 !== 0) return null
  const elements = decodeVector(bytes)
  for (let i = 0; i < elements.length; i++) if (elements[i] >= MODULUS) return null
  return elements
}
