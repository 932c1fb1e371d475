/**
 * @module Solves symmetric positive definite systems by Cholesky factorisation.
 * Matrices are row-major [n, n]; only the lower half is used.
 */

/** Replaces the lower half of a matrix by its Cholesky factor. Pivots that rounding pushed below 0 become 1e-12. */
export function factorise(matrix: Float64Array, n: number): Float64Array {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j]
      for (let k = 0; k < j; k++) sum -= matrix[i * n + k] * matrix[j * n + k]
      matrix[i * n + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / matrix[j * n + j]
    }
  }
  return matrix
}

/** L⁻¹ x, in place. */
function solveLower(lower: Float64Array, x: Float64Array): Float64Array {
  const n = x.length
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] -= lower[i * n + k] * x[k]
    x[i] /= lower[i * n + i]
  }
  return x
}

/** (L Lᵀ)⁻¹ x, in place. */
export function solve(lower: Float64Array, x: Float64Array): Float64Array {
  const n = x.length
  solveLower(lower, x)
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] -= lower[k * n + i] * x[k]
    x[i] /= lower[i * n + i]
  }
  return x
}
