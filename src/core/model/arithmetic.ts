/**
 * @module Arithmetic with identical results in every browser. The last bits of `Math.exp` differ between browsers, so
 * `exp` uses only additions, multiplications and divisions.
 */

/** ln 2 in two parts; the product of the first part with an integer below 2¹¹ is exact. */
const LN2_HIGH = 0.6931471803691238
const LN2_LOW = 1.9082149292705877e-10
/** Largest x for which e^x is finite in double precision. */
const LARGEST = 709.782712893384
/** Lowest x for which e^x doesn't round to 0. */
const LOWEST = -745.1332191019412
/** Coefficients 1/n! of the Taylor series, from n = 13 down to 0; for |x| ≤ ½ ln 2 the remainder is below 2⁻⁵⁷. */
const FACTORS = Float64Array.from({ length: 14 }, (_, i) => {
  let factorial = 1
  for (let n = 2; n <= 13 - i; n++) factorial *= n
  return 1 / factorial
})

/** e^x with a relative error of at most 4e-16; subnormal results are rounded to the nearest double. */
export function exp(x: number): number {
  if (x > LARGEST) return Number.POSITIVE_INFINITY
  if (x < LOWEST) return 0
  const doublings = Math.round(x * Math.LOG2E)
  const rest = x - doublings * LN2_HIGH - doublings * LN2_LOW
  let sum = 0
  for (const factor of FACTORS) sum = sum * rest + factor
  // Multiplies by two powers of two, since `powerOfTwo` covers neither 2^1024 nor 2^−1074.
  const half = Math.trunc(doublings / 2)
  return sum * powerOfTwo(half) * powerOfTwo(doublings - half)
}

const BITS = new DataView(new ArrayBuffer(8))

/** @param exponent integer, −1022 to 1023 */
function powerOfTwo(exponent: number): number {
  BITS.setUint32(0, (exponent + 1023) << 20)
  return BITS.getFloat64(0)
}

/**
 * M·x for M [rows, x.length], where rows is a multiple of 4. Computes four rows at a time, because the CPU adds
 * independent sums in parallel.
 */
export function multiply(matrix: Float32Array, x: Float32Array): Float32Array<ArrayBuffer> {
  const columns = x.length
  const rows = matrix.length / columns
  const product = new Float32Array(rows)
  for (let i = 0; i < rows; i += 4) {
    const r0 = i * columns
    const r1 = r0 + columns
    const r2 = r1 + columns
    const r3 = r2 + columns
    let a = 0
    let b = 0
    let c = 0
    let d = 0
    for (let j = 0; j < columns; j++) {
      const value = x[j]
      a += matrix[r0 + j] * value
      b += matrix[r1 + j] * value
      c += matrix[r2 + j] * value
      d += matrix[r3 + j] * value
    }
    product[i] = a
    product[i + 1] = b
    product[i + 2] = c
    product[i + 3] = d
  }
  return product
}
