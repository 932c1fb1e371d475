/**
 * @module The softmax over the catalogue in plain loops in double precision: what the other
 * implementations are checked against. It keeps one case's scores at a time.
 */
import { isQuantized } from '../topk/table.ts'
import { descend } from './descend.ts'
import {
  type CatalogSoftmax,
  checkCases,
  checkCatalog,
  checkFit,
  type SoftmaxCases,
  type SoftmaxCatalog,
  type SoftmaxValue,
  targetPart,
} from './softmax.ts'

/** The table in single precision, row-major [N, columns]. */
function floats({ columns, vectors }: SoftmaxCatalog): Float32Array {
  if (!isQuantized(vectors)) return vectors
  const { values, scale } = vectors
  return Float32Array.from(values, (value, i) => value * scale[Math.trunc(i / columns)])
}

/** @throws NearsideError `input-invalid` */
export function createJsSoftmax(catalog: SoftmaxCatalog): CatalogSoftmax {
  const items = checkCatalog(catalog)
  const { columns, bias } = catalog
  const table = floats(catalog)
  const scores = new Float64Array(items)
  const shares = new Float64Array(items)
  const query = new Float64Array(columns)

  /** scores = E·query + b; returns the largest. */
  function scoreAll(): number {
    let top = Number.NEGATIVE_INFINITY
    for (let i = 0, m = 0; i < items; i++) {
      let sum = bias[i]
      for (let j = 0; j < columns; j++, m++) sum += table[m] * query[j]
      scores[i] = sum
      if (sum > top) top = sum
    }
    return top
  }

  function value(cases: SoftmaxCases, u: ArrayLike<number>): SoftmaxValue {
    const { queries, targets, weight } = cases
    const fixed = targetPart(catalog, cases, u)
    let loss = -fixed.loss
    shares.fill(0)
    for (let t = 0; t < targets.length; t++) {
      if (weight[t] === 0) continue
      for (let j = 0; j < columns; j++) query[j] = queries[t * columns + j] + u[j]
      const top = scoreAll()
      let sum = 0
      for (let i = 0; i < items; i++) {
        scores[i] = Math.exp(scores[i] - top)
        sum += scores[i]
      }
      loss += weight[t] * (top + Math.log(sum))
      const scale = weight[t] / sum
      for (let i = 0; i < items; i++) shares[i] += scale * scores[i]
    }
    const gradient = fixed.gradient.map((value) => -value)
    for (let i = 0, m = 0; i < items; i++) {
      const share = shares[i]
      for (let j = 0; j < columns; j++, m++) gradient[j] += share * table[m]
    }
    return { loss, gradient }
  }

  return {
    engine: 'js',
    async evaluate(cases, u) {
      checkCases(cases, u, columns, items)
      return value(cases, u)
    },
    async fit(problem, options) {
      checkFit(problem, columns, items)
      return descend(problem, (u) => value(problem, u), options)
    },
    dispose() {},
  }
}
