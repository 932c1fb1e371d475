/**
 * @module The table in the memory of the scan, cut into tiles that any thread may take: where what
 * lies, and how a tile is searched. A row's score does not depend on its tile, and the order of rows
 * is total, so the best of the threads' bests are the best of all.
 */
import type { Work } from '../threads/control.ts'
import type { ThreadJob } from '../threads/threads.ts'
import { BLOCK_ROWS, PAIR, STREAMS } from './blocks.ts'
import { HIT_BYTES, type Scan } from './module.ts'
import { TopHeap, type TopK } from './selectTop.ts'

const PAGE = 65_536
/** Rows between two updates of the threshold: a call costs as much as 20 rows. */
const ROWS = 4096
const FIRST_ROWS = 64
/** Bytes of rows in a tile: far more work than claiming it. */
const TILE_BYTES = 2 ** 18
/** A thread's bests have room for so many; more are found by one thread. */
export const MOST_SHARED = 1024
/** k, in front of the query; in front of a thread's bests, the run they are of and their number. */
const HEAD = 16
const SLOT_BYTES = HEAD + 8 * MOST_SHARED
const roundUp = (value: number, unit: number) => Math.ceil(value / unit) * unit

/** Addresses in bytes. */
export interface ScanPlan {
  readonly count: number
  /** Padded columns. */
  readonly width: number
  readonly quantized: boolean
  readonly rowsPerStep: number
  readonly steps: number
  readonly stepsPerTile: number
  readonly tiles: number
  readonly query: number
  readonly scales: number
  readonly rows: number
  readonly pages: number
}

const HITS = (ROWS / 4) * HIT_BYTES
const OWN_BYTES = HITS + SLOT_BYTES
/** Where a thread writes what it finds. */
const hitsAt = (thread: number) => HEAD + thread * OWN_BYTES
const slotAt = (thread: number) => hitsAt(thread) + HITS

export function planScan(
  count: number,
  columns: number,
  quantized: boolean,
  threads: number,
  tileBytes = TILE_BYTES,
): ScanPlan {
  const width = roundUp(columns, quantized ? PAIR : 4)
  const rowsPerStep = quantized ? STREAMS * BLOCK_ROWS : 4
  const rowBytes = quantized ? width : 4 * width
  const needed = Math.max(1, Math.ceil(count / rowsPerStep))
  const mostPerTile = Math.max(1, Math.floor(tileBytes / (rowsPerStep * rowBytes)))
  const tiles = Math.ceil(needed / mostPerTile)
  // Streams are a quarter of a tile apart, so int8 tiles are all of one size, the last one padded.
  const stepsPerTile = quantized ? Math.ceil(needed / tiles) : mostPerTile
  const steps = quantized ? tiles * stepsPerTile : needed
  const query = hitsAt(threads)
  const scales = query + 4 * roundUp(width, 4)
  const rows = roundUp(scales + (quantized ? 4 * rowsPerStep * steps : 0), 64)
  const pages = Math.ceil((rows + steps * rowsPerStep * rowBytes) / PAGE)
  return {
    ...{ count, width, quantized, rowsPerStep, steps, stepsPerTile, tiles },
    query,
    scales,
    rows,
    pages,
  }
}

/** Offers a tile's best to a heap. Of float32 rows, to one that has seen lower ids only. */
export function createTileSearch(
  scan: Scan,
  buffer: ArrayBufferLike,
  plan: ScanPlan,
  thread: number,
): (tile: number, heap: TopHeap) => void {
  const { count, width, quantized, rowsPerStep, steps, stepsPerTile, query, scales, rows } = plan
  const rowBytes = quantized ? width : 4 * width
  /** By which a step goes on: the rows of an int8 step are in four places. */
  const advance = quantized ? BLOCK_ROWS : rowsPerStep
  const hits = hitsAt(thread)
  const hitScores = new Float32Array(buffer, hits, HITS / 4)
  const hitIds = new Int32Array(buffer, hits, HITS / 4)
  return (tile, heap) => {
    const first = tile * stepsPerTile
    const end = Math.min(steps - first, stepsPerTile)
    // Short stretches until the heap has a floor: all of their rows go through it.
    let most = (heap.size > 0 ? ROWS : FIRST_ROWS) / rowsPerStep
    for (let step = 0, some = 0; step < end; step += some) {
      if (heap.floor === Number.POSITIVE_INFINITY) return
      some = Math.min(most, end - step)
      most = Math.min(ROWS / rowsPerStep, 2 * most)
      const from = first * rowsPerStep + step * advance
      const at = rows + from * rowBytes
      const found = scan(at, scales + 4 * from, query, hits, some, from, heap.floor) - hits
      for (let hit = 0; hit < found / 4; hit += HIT_BYTES / 4) {
        const row = hitIds[hit + 4]
        const last = Math.min(4, count - row)
        for (let lane = 0; lane < last; lane++)
          if (hitScores[hit + lane] >= heap.floor) heap.offer(row + lane, hitScores[hit + lane])
      }
    }
  }
}

/** What all threads read of a run. */
export function requested(buffer: ArrayBufferLike): Int32Array<ArrayBufferLike> {
  return new Int32Array(buffer, 0, 1)
}

interface Slot {
  /** Run, then number of entries. */
  readonly head: Int32Array<ArrayBufferLike>
  readonly ids: Int32Array<ArrayBufferLike>
  readonly scores: Float32Array<ArrayBufferLike>
}

/** Where a thread keeps the best that it found. */
export function slotOf(buffer: ArrayBufferLike, thread: number): Slot {
  const at = slotAt(thread)
  return {
    head: new Int32Array(buffer, at, 2),
    ids: new Int32Array(buffer, at + HEAD, MOST_SHARED),
    scores: new Float32Array(buffer, at + HEAD + 4 * MOST_SHARED, MOST_SHARED),
  }
}

/** Keeps the best of the tiles that come to this thread where the one that asked will read them. */
export function shareTiles(
  search: (tile: number, heap: TopHeap) => void,
  buffer: ArrayBufferLike,
  thread: number,
): Work {
  const request = requested(buffer)
  const { head, ids, scores } = slotOf(buffer, thread)
  let heap = new TopHeap(0)
  return (tile, run) => {
    if (head[0] !== run) heap = new TopHeap(request[0], ids, scores)
    search(tile, heap)
    head[1] = heap.size
    head[0] = run
  }
}

/** The best k of what the threads have found in a run. */
export function mergeSlots(buffer: ArrayBufferLike, threads: number, run: number, k: number): TopK {
  const best = new TopHeap(k)
  for (let thread = 0; thread < threads; thread++) {
    const { head, ids, scores } = slotOf(buffer, thread)
    // A thread that came too late has the bests of an earlier run there.
    if (head[0] !== run) continue
    for (let i = 0; i < head[1]; i++) best.offer(ids[i], scores[i])
  }
  return best.take()
}

export interface TopKJob extends ThreadJob {
  readonly kind: 'topk'
  readonly plan: ScanPlan
}

/** A thread's part of a search. */
export function topKWork({ module, memory, plan }: TopKJob, thread: number): Work {
  const { exports } = new WebAssembly.Instance(module, { topk: { memory } })
  const search = createTileSearch(exports.scan as Scan, memory.buffer, plan, thread)
  return shareTiles(search, memory.buffer, thread)
}
