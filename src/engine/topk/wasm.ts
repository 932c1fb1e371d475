/** @module Top-k on our own WebAssembly scan, which a heap feeds with a rising threshold. */
import { NearsideError } from '../../protocol/error.ts'
import { assembleScan, HIT_BYTES, type Scan } from './module.ts'
import { TopHeap } from './selectTop.ts'
import {
  checkQuery,
  checkTable,
  type ItemTable,
  isQuantized,
  quantizeQuery,
  rescale,
  type TopKSearch,
} from './table.ts'

const PAGE = 65_536
/** Groups of four rows between two updates of the threshold: their rows stay in the cache. */
const GROUPS = 256
const FIRST_GROUPS = 16
const roundUp = (value: number, unit: number) => Math.ceil(value / unit) * unit

/** Copies rows to a memory that has room for padded ones. */
function copyRows<T extends Float32Array | Int8Array>(
  from: T,
  columns: number,
  to: T,
  width: number,
) {
  if (columns === width) return to.set(from)
  for (let row = 0; row * columns < from.length; row++)
    to.set(from.subarray(row * columns, (row + 1) * columns), row * width)
}

/** @throws NearsideError `input-invalid`, `engine-unavailable` */
export async function createWasmTopK(table: ItemTable): Promise<TopKSearch> {
  const count = checkTable(table)
  const { columns, vectors } = table
  const quantized = isQuantized(vectors)
  const width = roundUp(columns, quantized ? 8 : 4)
  const groups = Math.ceil(count / 4)
  const rowBytes = quantized ? width : 4 * width
  const query = GROUPS * HIT_BYTES
  const scales = query + 4 * roundUp(width, 4)
  const rows = roundUp(scales + (quantized ? 16 * groups : 0), 64)
  const pages = Math.ceil((rows + 4 * groups * rowBytes) / PAGE)
  let scan: Scan
  let buffer: ArrayBuffer
  try {
    const memory = new WebAssembly.Memory({ initial: pages })
    const module = await WebAssembly.compile(assembleScan(width, quantized, pages))
    const { exports } = await WebAssembly.instantiate(module, { topk: { memory } })
    scan = exports.scan as Scan
    buffer = memory.buffer
  } catch (error) {
    throw NearsideError.from(error, 'engine-unavailable', 'No WebAssembly with SIMD')
  }
  if (isQuantized(vectors)) {
    copyRows(vectors.values, columns, new Int8Array(buffer, rows), width)
    new Float32Array(buffer, scales).set(vectors.scale)
  } else copyRows(vectors, columns, new Float32Array(buffer, rows), width)
  const hitScores = new Float32Array(buffer, 0, query / 4)
  const hitIds = new Int32Array(buffer, 0, query / 4)

  function search(k: number) {
    const heap = new TopHeap(Math.min(k, count))
    // Short stretches first: all of the first one's rows go through the heap.
    for (let group = 0, some = 0; group < groups; group += some) {
      if (heap.floor === Number.POSITIVE_INFINITY) break
      some = Math.min(GROUPS, Math.max(FIRST_GROUPS, group), groups - group)
      const at = rows + 4 * group * rowBytes
      const end = scan(at, scales + 16 * group, query, 0, some, 4 * group, heap.floor) / 4
      for (let hit = 0; hit < end; hit += HIT_BYTES / 4) {
        const first = hitIds[hit + 4]
        const last = Math.min(4, count - first)
        for (let lane = 0; lane < last; lane++)
          if (hitScores[hit + lane] > heap.floor) heap.offer(first + lane, hitScores[hit + lane])
      }
    }
    return heap.take()
  }

  return {
    async top(given, k) {
      checkQuery(given, columns, k)
      if (!quantized) {
        new Float32Array(buffer, query).set(given)
        return search(k)
      }
      const { levels, scale } = quantizeQuery(given)
      new Int16Array(buffer, query).set(levels)
      return rescale(search(k), scale)
    },
    dispose() {},
  }
}
