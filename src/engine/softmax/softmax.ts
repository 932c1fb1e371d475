/**
 * @module The exact softmax over a whole catalogue: each case's target against every item, instead of
 * against sampled ones. Scores are s_ti = (h_t + u) · E_i + b_i, so that
 *
 *   L(u) = Σ_t weight_t · (log Σ_i exp s_ti − s_t,target) + ½ Σ_j precision_j (u_j − mean_j)²
 *
 * The matrix of scores, cases × items, is never stored: implementations go through the table in tiles
 * and keep of each case a sum of exponentials and a sum of vectors. What a score takes from an item
 * alone (price, popularity) can be columns of E with its weights in h and u; features of a case *and*
 * an item cannot, and go with sampled candidates (`learning/fitProblem.ts`).
 */
import { NearsideError } from '../../core/error.ts'
import type { FitOptions, FitResult } from '../engine.ts'
import { checkTable, type ItemTable, isQuantized } from '../topk/table.ts'

export interface SoftmaxCatalog extends ItemTable {
  /** b, [N]. An item is left out by a bias of −1e9. */
  readonly bias: Float32Array
}

export interface SoftmaxCases {
  /** h, row-major [T, columns]. */
  readonly queries: Float32Array
  /** Row of each case's item, [T]. */
  readonly targets: Int32Array
  /** [T], ≥ 0 */
  readonly weight: Float32Array
}

/** With prior and step sizes as in `learning/problem.ts`, all [columns]. */
export interface SoftmaxFit extends SoftmaxCases {
  readonly mean: Float32Array
  readonly precision: Float32Array
  readonly stepSize: Float32Array
  readonly steps: number
}

export interface SoftmaxValue {
  /** Σ_t weight_t · −log softmax_t(target), without the prior. */
  readonly loss: number
  /** Its gradient by u, [columns]. */
  readonly gradient: Float64Array
}

/** The softmax over one catalogue, for any cases. */
export interface CatalogSoftmax {
  readonly engine: 'js' | 'wasm' | 'wgsl'
  /** @throws NearsideError `input-invalid`, `engine-failed` */
  evaluate(cases: SoftmaxCases, u: Float32Array): Promise<SoftmaxValue>
  /**
   * `steps` Adam steps from u = mean.
   * @throws NearsideError `input-invalid`, `engine-failed`, `fit-diverged`, `aborted`
   */
  fit(problem: SoftmaxFit, options?: FitOptions): Promise<FitResult>
  dispose(): void
}

function refuse(what: string): never {
  throw new NearsideError('input-invalid', `Softmax over the catalogue: ${what}`)
}

function checkNumbers(name: string, values: Float32Array, length: number, least = -Infinity) {
  if (values.length !== length) refuse(`${name} has ${values.length} numbers instead of ${length}`)
  const bad = values.findIndex((value) => !(Number.isFinite(value) && value >= least))
  if (bad >= 0) refuse(`${name}[${bad}] is ${values[bad]}`)
}

/** @returns the number of items @throws NearsideError `input-invalid` */
export function checkCatalog(catalog: SoftmaxCatalog): number {
  const items = checkTable(catalog)
  if (items === 0) refuse('the catalogue is empty')
  checkNumbers('bias', catalog.bias, items)
  return items
}

/** @throws NearsideError `input-invalid` */
export function checkCases(
  { queries, targets, weight }: SoftmaxCases,
  u: Float32Array,
  columns: number,
  items: number,
): void {
  checkNumbers('queries', queries, targets.length * columns)
  checkNumbers('weight', weight, targets.length, 0)
  checkNumbers('u', u, columns)
  const bad = targets.findIndex((target) => target < 0 || target >= items)
  if (bad >= 0) refuse(`the target of case ${bad} is item ${targets[bad]} of ${items}`)
}

/** @throws NearsideError `input-invalid` */
export function checkFit(problem: SoftmaxFit, columns: number, items: number): void {
  checkCases(problem, problem.mean, columns, items)
  checkNumbers('precision', problem.precision, columns, 0)
  checkNumbers('stepSize', problem.stepSize, columns, 0)
  if (!Number.isSafeInteger(problem.steps) || problem.steps < 0)
    refuse(`steps must be a whole number of at least 0, not ${problem.steps}`)
}

/** Row `item` of the table in double precision. */
export function rowOf({ columns, vectors }: ItemTable, item: number, out: Float64Array): void {
  const int8 = isQuantized(vectors)
  const values = int8 ? vectors.values : vectors
  const scale = int8 ? vectors.scale[item] : 1
  for (let j = 0; j < columns; j++) out[j] = Math.fround(values[item * columns + j] * scale)
}

/** What the targets alone give: Σ_t weight_t · s_t,target and Σ_t weight_t · E_target. */
export function targetPart(
  catalog: SoftmaxCatalog,
  { queries, targets, weight }: SoftmaxCases,
  u: ArrayLike<number>,
): SoftmaxValue {
  const { columns, bias } = catalog
  const row = new Float64Array(columns)
  const gradient = new Float64Array(columns)
  let loss = 0
  targets.forEach((target, t) => {
    rowOf(catalog, target, row)
    let score = bias[target]
    for (let j = 0; j < columns; j++) {
      score += (queries[t * columns + j] + u[j]) * row[j]
      gradient[j] += weight[t] * row[j]
    }
    loss += weight[t] * score
  })
  return { loss, gradient }
}
