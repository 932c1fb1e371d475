/**
 * @module The softmax over the catalogue on our own WebAssembly kernels. A tile of items meets all
 * groups of cases while it is in the cache. Sums are single precision over 512 items, then double.
 */
import { NearsideError } from '../../protocol/error.ts'
import { isQuantized } from '../topk/table.ts'
import { descend } from './descend.ts'
import { assembleSoftmax, LANES, type SoftmaxModule, TILE } from './module.ts'
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

const PAGE = 65_536
/** Tiles whose sums are in single precision. */
const TILES = 8
/** How far scores may rise over the shift before it follows: sums up to e^30 stay far from overflow. */
const RISE = 30
/** The score of a row that is none. */
const NONE = -3e38
const roundUp = (value: number, unit: number) => Math.ceil(value / unit) * unit

/** Memory of one group of 16 cases; addresses in bytes. */
interface Group {
  readonly queries: number
  readonly shiftAt: number
  readonly sumsAt: number
  readonly shift: Float32Array
  /** Gradient by column, then the sum of exponentials, [columns + 1][16]. */
  readonly sums: Float32Array
  readonly total: Float64Array
}

/** @throws NearsideError `input-invalid`, `engine-unavailable` */
export async function createWasmSoftmax(catalog: SoftmaxCatalog): Promise<CatalogSoftmax> {
  const items = checkCatalog(catalog)
  const { columns, vectors } = catalog
  const int8 = isQuantized(vectors)
  const width = roundUp(columns, 8)
  const rows = roundUp(items, TILE)
  const rowBytes = int8 ? width : 4 * width
  const at = { scores: 0, tops: 4 * TILE * LANES, tile: 0, bias: 0, scales: 0, rows: 0, groups: 0 }
  at.tile = at.tops + 4 * LANES
  at.bias = at.tile + (int8 ? 4 * TILE * width : 0)
  at.scales = at.bias + 4 * rows
  at.rows = roundUp(at.scales + (int8 ? 4 * rows : 0), 64)
  at.groups = roundUp(at.rows + rows * rowBytes, 64)
  const groupBytes = 4 * LANES * (width + 1 + width + 1)
  const pages = Math.ceil(at.groups / PAGE)
  let memory: WebAssembly.Memory
  let kernels: SoftmaxModule
  try {
    memory = new WebAssembly.Memory({ initial: pages })
    const module = await WebAssembly.compile(assembleSoftmax(width, pages))
    const { exports } = await WebAssembly.instantiate(module, { softmax: { memory } })
    kernels = exports as unknown as SoftmaxModule
  } catch (error) {
    throw NearsideError.from(error, 'engine-unavailable', 'No WebAssembly with SIMD')
  }
  const values = int8 ? vectors.values : vectors
  const table = int8
    ? new Int8Array(memory.buffer, at.rows, rows * width)
    : new Float32Array(memory.buffer, at.rows, rows * width)
  for (let i = 0; i < items; i++)
    table.set(values.subarray(i * columns, (i + 1) * columns), i * width)
  if (int8) new Float32Array(memory.buffer, at.scales).set(vectors.scale)
  const bias = new Float32Array(memory.buffer, at.bias, rows).fill(NONE)
  bias.set(catalog.bias)

  function groupsFor(cases: number): Group[] {
    const count = Math.ceil(cases / LANES)
    const missing = Math.ceil((at.groups + count * groupBytes) / PAGE)
    const have = memory.buffer.byteLength / PAGE
    if (missing > have) memory.grow(missing - have)
    return Array.from({ length: count }, (_, g) => {
      const queries = at.groups + g * groupBytes
      const shiftAt = queries + 4 * LANES * width
      const sumsAt = shiftAt + 4 * LANES
      return {
        queries,
        shiftAt,
        sumsAt,
        shift: new Float32Array(memory.buffer, shiftAt, LANES).fill(NONE),
        sums: new Float32Array(memory.buffer, sumsAt, LANES * (width + 1)).fill(0),
        total: new Float64Array(LANES * (width + 1)),
      }
    })
  }

  function flush({ sums, total }: Group): void {
    for (let i = 0; i < total.length; i++) total[i] += sums[i]
    sums.fill(0)
  }

  /** Lets the shift follow where a tile's scores rose far above it. */
  function follow(group: Group, tops: Float32Array): void {
    const { shift, total } = group
    if (tops.every((top, lane) => top <= shift[lane] + RISE)) return
    flush(group)
    for (let lane = 0; lane < LANES; lane++) {
      if (tops[lane] <= shift[lane] + RISE) continue
      const factor = Math.exp(shift[lane] - tops[lane])
      for (let i = lane; i < total.length; i += LANES) total[i] *= factor
      shift[lane] = tops[lane]
    }
  }

  function scan(groups: readonly Group[]): void {
    const tops = new Float32Array(memory.buffer, at.tops, LANES)
    for (let tile = 0; tile * TILE < rows; tile++) {
      let from = at.rows + tile * TILE * rowBytes
      if (int8) {
        kernels.widen(from, at.scales + 4 * TILE * tile, at.tile, 0)
        from = at.tile
      }
      for (const group of groups) {
        kernels.score(from, group.queries, at.bias + 4 * TILE * tile, at.scores)
        kernels.largest(at.scores, at.tops, 0, 0)
        follow(group, tops)
        kernels.exps(at.scores, group.shiftAt, group.sumsAt + 4 * LANES * width, 0)
        kernels.add(from, at.scores, group.sumsAt, 0)
        if (tile % TILES === TILES - 1) flush(group)
      }
    }
    groups.forEach(flush)
  }

  function value(cases: SoftmaxCases, u: ArrayLike<number>): SoftmaxValue {
    const { queries, targets, weight } = cases
    const groups = groupsFor(targets.length)
    groups.forEach((group, g) => {
      const lanes = new Float32Array(memory.buffer, group.queries, LANES * width).fill(0)
      for (let lane = 0; lane < LANES; lane++) {
        const t = g * LANES + lane
        if (t >= targets.length) break
        for (let j = 0; j < columns; j++) lanes[j * LANES + lane] = queries[t * columns + j] + u[j]
      }
    })
    scan(groups)
    const fixed = targetPart(catalog, cases, u)
    const gradient = fixed.gradient.map((part) => -part)
    let loss = -fixed.loss
    targets.forEach((_, t) => {
      if (weight[t] === 0) return
      const { shift, total } = groups[Math.trunc(t / LANES)]
      const lane = t % LANES
      const sum = total[LANES * width + lane]
      loss += weight[t] * (shift[lane] + Math.log(sum))
      for (let j = 0; j < columns; j++) gradient[j] += (weight[t] / sum) * total[LANES * j + lane]
    })
    return { loss, gradient }
  }

  return {
    engine: 'wasm',
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
