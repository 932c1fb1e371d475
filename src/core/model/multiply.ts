/** @module Product of a matrix and a vector. */

/**
 * M·x for M [rows, x.length]; rows must be a multiple of 4. Four independent sums run in parallel on the CPU.
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
