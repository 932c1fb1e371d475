/** @module Top-k on our own WebAssembly scan, which a heap feeds with a rising threshold. */
import { NearsideError } from '../../core/error.ts'
import { type SharedTask, ThreadPool, withThreads } from '../threads/pool.ts'
import { createMemory, type Threads } from '../threads/threads.ts'
import { assembleInt8Scan, BLOCK_ROWS, writeBlocks } from './blocks.ts'
import { assembleScan, type Scan } from './module.ts'
import { TopHeap, type TopK } from './selectTop.ts'
import {
  checkQuery,
  checkTable,
  type ItemTable,
  isQuantized,
  quantizeQuery,
  rescale,
  type TopKSearch,
} from './table.ts'
import {
  createTileSearch,
  MOST_SHARED,
  mergeSlots,
  planScan,
  requested,
  shareTiles,
  type TopKJob,
} from './tiles.ts'

/** Tiles from which on threads are woken: below, one thread is done before they are awake. */
const TILES_FOR_THREADS = 8

/** Copies rows to a memory that has room for padded ones. */
function copyRows(
  from: Float32Array,
  columns: number,
  to: Float32Array<ArrayBufferLike>,
  width: number,
) {
  if (columns === width) return to.set(from)
  for (let row = 0; row * columns < from.length; row++)
    to.set(from.subarray(row * columns, (row + 1) * columns), row * width)
}

/**
 * @param threads by which large tables are searched together; the answers are the same without
 * @throws NearsideError `input-invalid`, `engine-unavailable`
 */
export async function createWasmTopK(
  table: ItemTable,
  threads: Threads | null = null,
): Promise<TopKSearch> {
  const count = checkTable(table)
  return withThreads(threads, (given) => assembleSearch(table, count, given))
}

async function assembleSearch(
  { columns, vectors }: ItemTable,
  count: number,
  given: Threads | null,
): Promise<TopKSearch> {
  const quantized = isQuantized(vectors)
  const few = planScan(count, columns, quantized, 1).tiles < TILES_FOR_THREADS
  const threads = few ? null : given
  const plan = planScan(count, columns, quantized, threads?.count ?? 1)
  const { width, pages, tiles } = plan
  let job: TopKJob
  let scan: Scan
  try {
    const memory = createMemory(pages, threads !== null)
    const bytes = quantized
      ? assembleInt8Scan(width, plan.stepsPerTile * BLOCK_ROWS, pages, threads !== null)
      : assembleScan(width, pages, threads !== null)
    const module = await WebAssembly.compile(bytes)
    const { exports } = await WebAssembly.instantiate(module, { topk: { memory } })
    scan = exports.scan as Scan
    job = { kind: 'topk', module, memory, plan }
  } catch (error) {
    throw NearsideError.from(error, 'engine-unavailable', 'No WebAssembly with SIMD')
  }
  const { buffer } = job.memory
  if (isQuantized(vectors)) {
    writeBlocks(vectors.values, columns, new Int16Array(buffer, plan.rows), width)
    new Float32Array(buffer, plan.scales).set(vectors.scale)
  } else copyRows(vectors, columns, new Float32Array(buffer, plan.rows), width)
  const query = quantized
    ? new Int16Array(buffer, plan.query, columns)
    : new Float32Array(buffer, plan.query, columns)
  const request = requested(buffer)
  const searchTile = createTileSearch(scan, buffer, plan, 0)
  const work = shareTiles(searchTile, buffer, 0)
  const pool = threads && new ThreadPool(threads, job, tiles)

  function taskOf(values: Float32Array | Int16Array, k: number): SharedTask<TopK> {
    return {
      prepare() {
        query.set(values)
        request[0] = k
      },
      work,
      collect: (run) => mergeSlots(buffer, threads?.count ?? 0, run, k),
      alone() {
        query.set(values)
        const heap = new TopHeap(k)
        for (let tile = 0; tile < tiles; tile++) searchTile(tile, heap)
        return heap.take()
      },
    }
  }

  async function search(values: Float32Array | Int16Array, asked: number): Promise<TopK> {
    const k = Math.min(asked, count)
    const task = taskOf(values, k)
    return pool ? pool.run(task, k > MOST_SHARED) : task.alone()
  }

  return {
    async top(asked, k) {
      checkQuery(asked, columns, k)
      if (!quantized) return search(asked, k)
      const { levels, scale } = quantizeQuery(asked)
      return rescale(await search(levels, k), scale)
    },
    dispose() {
      pool?.dispose()
    },
  }
}
