/**
 * @module Principal components of the features as they differ inside a case, where alone the
 * ranking can see them. Jacobi rotations: exact, and the matrix has some thirty rows.
 */
import type { RankerDataset } from '../../src/train/ranker/dataset.ts'

/** Variances, falling, and directions in scaled features, row-major [columns, columns], a row each. */
export interface PrincipalComponents {
  readonly variances: Float64Array
  readonly directions: Float64Array
}

/** @param scale [columns], raw features are divided by it. */
export function principalComponents(data: RankerDataset, scale: Float32Array): PrincipalComponents {
  const n = data.columns
  const covariance = new Float64Array(n * n)
  const mean = new Float64Array(n)
  const row = new Float64Array(n)
  for (let c = 0; c + 1 < data.start.length; c++) {
    const from = data.start[c]
    const to = data.start[c + 1]
    mean.fill(0)
    for (let k = from; k < to; k++)
      for (let f = 0; f < n; f++) mean[f] += data.features[k * n + f] / scale[f] / (to - from)
    for (let k = from; k < to; k++) {
      for (let f = 0; f < n; f++) row[f] = data.features[k * n + f] / scale[f] - mean[f]
      for (let f = 0; f < n; f++) {
        if (row[f] === 0) continue
        for (let g = 0; g <= f; g++) covariance[f * n + g] += row[f] * row[g]
      }
    }
  }
  const rows = Math.max(1, data.target.length)
  for (let f = 0; f < n; f++) {
    for (let g = 0; g <= f; g++) {
      covariance[f * n + g] /= rows
      covariance[g * n + f] = covariance[f * n + g]
    }
  }
  return eigen(covariance, n)
}

const SWEEPS = 60

/** Eigenvalues and vectors of a symmetric matrix, [n, n], changed in place. */
export function eigen(matrix: Float64Array, n: number): PrincipalComponents {
  const vectors = new Float64Array(n * n)
  for (let f = 0; f < n; f++) vectors[f * n + f] = 1
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let off = 0
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off += matrix[p * n + q] ** 2
    if (off < 1e-22) break
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(matrix, vectors, n, p, q)
  }
  const order = Array.from({ length: n }, (_, f) => f).sort(
    (a, b) => matrix[b * n + b] - matrix[a * n + a],
  )
  const directions = new Float64Array(n * n)
  order.forEach((f, k) => {
    for (let g = 0; g < n; g++) directions[k * n + g] = vectors[g * n + f]
  })
  return { variances: Float64Array.from(order, (f) => matrix[f * n + f]), directions }
}

/** Turns the plane of p and q so that their covariance is 0. */
function rotate(
  matrix: Float64Array,
  vectors: Float64Array,
  n: number,
  p: number,
  q: number,
): void {
  const apart = matrix[p * n + q]
  if (Math.abs(apart) < 1e-300) return
  const theta = (matrix[q * n + q] - matrix[p * n + p]) / (2 * apart)
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta ** 2 + 1))
  const cosine = 1 / Math.sqrt(tangent ** 2 + 1)
  const sine = tangent * cosine
  const turn = (values: Float64Array, at: number, other: number) => {
    const [a, b] = [values[at], values[other]]
    values[at] = cosine * a - sine * b
    values[other] = sine * a + cosine * b
  }
  for (let k = 0; k < n; k++) turn(matrix, k * n + p, k * n + q)
  for (let k = 0; k < n; k++) {
    turn(matrix, p * n + k, q * n + k)
    turn(vectors, k * n + p, k * n + q)
  }
}

/** The same cases described by their first `count` components, scaled to a variance of 1. */
export function projectOnto(
  data: RankerDataset,
  scale: Float32Array,
  { variances, directions }: PrincipalComponents,
  count: number,
): RankerDataset {
  const n = data.columns
  const rows = data.target.length
  const features = new Float32Array(rows * count)
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < count; k++) {
      let sum = 0
      for (let f = 0; f < n; f++)
        sum += (directions[k * n + f] * data.features[row * n + f]) / scale[f]
      features[row * count + k] = sum / Math.sqrt(Math.max(variances[k], 1e-12))
    }
  }
  return { ...data, columns: count, features }
}
