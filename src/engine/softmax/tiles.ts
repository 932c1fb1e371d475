/**
 * @module The catalogue in the memory of the softmax kernels, cut into parts that any thread may take:
 * where what lies, and what a part comes to. The cut depends on the catalogue alone and parts are
 * added in their order, so the sums have the same bits however many threads there are.
 */
import { exp } from '../../core/model/exponential.ts'
import type { Work } from '../threads/control.ts'
import type { ThreadJob } from '../threads/threads.ts'
import { LANES, type SoftmaxModule, TILE } from './module.ts'

const PAGE = 65_536
/** Tiles whose sums are in single precision. */
const TILES = 8
/** As many parts can be held for all threads at once, and so many tiles are worth being one. */
const MOST_PARTS = 64
const LEAST = 2 * TILES
/** Groups of 16 cases that meet a tile while it is in the cache; more cases go through it again. */
export const GROUPS = 4
/** How far scores may rise over the shift before it follows: sums up to e^30 stay far from overflow. */
const RISE = 30
/** The score of a row that is none. */
export const NONE = -3e38
const roundUp = (value: number, unit: number) => Math.ceil(value / unit) * unit

/** Addresses in bytes. */
export interface SoftmaxPlan {
  /** Padded columns. */
  readonly width: number
  readonly int8: boolean
  /** Padded to whole tiles. */
  readonly rows: number
  readonly tilesPerPart: number
  readonly parts: number
  readonly queries: number
  readonly bias: number
  readonly scales: number
  readonly table: number
  /** What parts come to, where threads share them. */
  readonly shared: number
  readonly pages: number
}

/** Numbers in double precision of a group's sums: by column and case, of exponentials, and shifts. */
const sumsOf = (width: number) => LANES * (width + 2)
const queryBytes = (width: number) => 4 * LANES * width

/** Of one thread: scores, their tops, a widened tile, and of each group its shift and its sums. */
function scratchOf(thread: number, width: number) {
  const tops = 4 * TILE * LANES
  const tile = tops + 4 * LANES
  const shift = tile + 4 * TILE * width
  const sums = shift + 4 * LANES * GROUPS
  const from = 64 + thread * (sums + 4 * LANES * (width + 1) * GROUPS)
  return {
    scores: from,
    tops: from + tops,
    tile: from + tile,
    shift: from + shift,
    sums: from + sums,
  }
}

export function planCatalog(
  items: number,
  columns: number,
  int8: boolean,
  threads: number,
): SoftmaxPlan {
  const width = roundUp(columns, 8)
  const rows = roundUp(items, TILE)
  const tilesPerPart = Math.max(LEAST, roundUp(Math.ceil(rows / TILE / MOST_PARTS), TILES))
  const parts = Math.ceil(rows / TILE / tilesPerPart)
  const queries = scratchOf(threads, width).scores
  const bias = queries + GROUPS * queryBytes(width)
  const scales = bias + 4 * rows
  const table = roundUp(scales + (int8 ? 4 * rows : 0), 64)
  const shared = roundUp(table + rows * width * (int8 ? 1 : 4), 64)
  const end = shared + (threads > 1 ? 8 * sumsOf(width) * GROUPS * parts : 0)
  const pages = Math.ceil(end / PAGE)
  return {
    ...{ width, int8, rows, tilesPerPart, parts },
    queries,
    bias,
    scales,
    table,
    shared,
    pages,
  }
}

/** Of a group over some items: Σ e^(score − shift) · row by column, then without row; then shifts. */
export type GroupSums = Float64Array<ArrayBufferLike>

/** Nothing yet. */
export const emptySums = ({ width }: SoftmaxPlan): GroupSums =>
  new Float64Array(sumsOf(width)).fill(NONE, LANES * (width + 1))

/** Where threads put the sums of a group over a part. */
export function sharedSums(
  buffer: ArrayBufferLike,
  { width, shared }: SoftmaxPlan,
  part: number,
  group: number,
): GroupSums {
  const length = sumsOf(width)
  return new Float64Array(buffer, shared + 8 * length * (part * GROUPS + group), length)
}

/** Adds the sums over other items. */
export function addSums(to: GroupSums, more: GroupSums): void {
  const shifts = to.length - LANES
  const own = new Float64Array(LANES)
  const others = new Float64Array(LANES)
  for (let lane = 0; lane < LANES; lane++) {
    const [a, b] = [to[shifts + lane], more[shifts + lane]]
    const shift = Math.max(a, b)
    own[lane] = exp(a - shift)
    others[lane] = exp(b - shift)
    to[shifts + lane] = shift
  }
  for (let i = 0; i < shifts; i++) {
    const lane = i % LANES
    to[i] = own[lane] * to[i] + others[lane] * more[i]
  }
}

/** @returns computes the sums over a part of so many groups whose queries are in the memory */
export function createPartSums(
  kernels: SoftmaxModule,
  buffer: ArrayBufferLike,
  plan: SoftmaxPlan,
  thread: number,
): (part: number, out: readonly GroupSums[]) => void {
  const { width, int8, rows, tilesPerPart, queries, bias, scales, table } = plan
  const at = scratchOf(thread, width)
  const tops = new Float32Array(buffer, at.tops, LANES)
  const rowBytes = int8 ? width : 4 * width
  const groups = Array.from({ length: GROUPS }, (_, group) => {
    const shiftAt = at.shift + 4 * LANES * group
    const sumsAt = at.sums + 4 * LANES * (width + 1) * group
    return {
      queries: queries + queryBytes(width) * group,
      shiftAt,
      sumsAt,
      shift: new Float32Array(buffer, shiftAt, LANES),
      /** Of a few tiles, in single precision. */
      sums: new Float32Array(buffer, sumsAt, LANES * (width + 1)),
    }
  })
  type Group = (typeof groups)[number]

  function flush({ sums }: Group, out: GroupSums): void {
    for (let i = 0; i < sums.length; i++) out[i] += sums[i]
    sums.fill(0)
  }

  /** Lets the shift follow where a tile's scores rose far above it. */
  function follow(group: Group, out: GroupSums): void {
    const { shift } = group
    if (tops.every((top, lane) => top <= shift[lane] + RISE)) return
    flush(group, out)
    for (let lane = 0; lane < LANES; lane++) {
      if (tops[lane] <= shift[lane] + RISE) continue
      const factor = exp(shift[lane] - tops[lane])
      for (let i = lane; i < group.sums.length; i += LANES) out[i] *= factor
      shift[lane] = tops[lane]
    }
  }

  return (part, out) => {
    const used = groups.slice(0, out.length)
    used.forEach(({ shift, sums }, g) => {
      shift.fill(NONE)
      sums.fill(0)
      out[g].fill(0)
    })
    const end = Math.min(rows / TILE, (part + 1) * tilesPerPart)
    for (let tile = part * tilesPerPart; tile < end; tile++) {
      let from = table + tile * TILE * rowBytes
      if (int8) {
        kernels.widen(from, scales + 4 * TILE * tile, at.tile, 0)
        from = at.tile
      }
      for (let g = 0; g < used.length; g++) {
        const group = used[g]
        kernels.score(from, group.queries, bias + 4 * TILE * tile, at.scores)
        kernels.largest(at.scores, at.tops, 0, 0)
        follow(group, out[g])
        kernels.exps(at.scores, group.shiftAt, group.sumsAt + 4 * LANES * width, 0)
        kernels.add(from, at.scores, group.sumsAt, 0)
        if (tile % TILES === TILES - 1) flush(group, out[g])
      }
    }
    used.forEach((group, g) => {
      flush(group, out[g])
      out[g].set(group.shift, LANES * (width + 1))
    })
  }
}

/** How many groups the run is of: what threads read. */
export const groupCount = (buffer: ArrayBufferLike) => new Int32Array(buffer, 0, 1)

/** Puts the sums of the parts that come to this thread where the one that asked will read them. */
export function sharePart(
  sumPart: (part: number, out: readonly GroupSums[]) => void,
  buffer: ArrayBufferLike,
  plan: SoftmaxPlan,
): Work {
  const count = groupCount(buffer)
  return (part) =>
    sumPart(
      part,
      Array.from({ length: count[0] }, (_, group) => sharedSums(buffer, plan, part, group)),
    )
}

export interface SoftmaxJob extends ThreadJob {
  readonly kind: 'softmax'
  readonly plan: SoftmaxPlan
}

/** A thread's part of the sums. */
export function softmaxWork({ module, memory, plan }: SoftmaxJob, thread: number): Work {
  const { exports } = new WebAssembly.Instance(module, { softmax: { memory } })
  const kernels = exports as unknown as SoftmaxModule
  return sharePart(createPartSums(kernels, memory.buffer, plan, thread), memory.buffer, plan)
}
