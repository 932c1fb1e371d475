/**
 * @module Reading memory and nothing else, with as many threads as a search has and handed out as its
 * work is: the bound of every search over as many bytes. In four places of a tile at once, since a core
 * reads 1.7 times as fast so as from the first byte to the last: the bound is the fastest read there is,
 * not the usual one.
 */
import type { Work } from '../src/engine/threads/control.ts'
import { ThreadPool } from '../src/engine/threads/pool.ts'
import { createMemory, type ThreadJob, type Threads } from '../src/engine/threads/threads.ts'
import {
  body,
  bump,
  type Code,
  FUNCTION,
  get,
  I32,
  I32_SUB,
  i32,
  leb,
  limits,
  loopWhile,
  name,
  PREAMBLE,
  section,
  set,
  tee,
  V128,
  vector,
} from '../src/engine/wasm/opcodes.ts'

/** Bytes a turn, of all places together. */
const LINE = 128
const MOST_PER_TILE = 2 ** 18
const PAGE = 65_536

/** How many places of a tile are read at once. */
const PLACES = 4

/** (from, turns): reads 128 bytes a turn into four independent sums; returns something of them. */
function assembleReader(apart: number, pages: number, shared: boolean): Uint8Array<ArrayBuffer> {
  const [FROM, LINES, SUM] = [0, 1, 2]
  const V_XOR: Code = [0xfd, 0x51]
  const read = (part: number): Code => [
    ...get(FROM),
    ...[0xfd, 0x00, 4, ...leb(16 * Math.floor(part / PLACES) + apart * (part % PLACES))],
    ...get(SUM + (part % 4)),
    ...V_XOR,
    ...set(SUM + (part % 4)),
  ]
  const code: Code = [
    ...loopWhile([0, 1, 2, 3, 4, 5, 6, 7].flatMap(read), bump(FROM, i32(LINE / PLACES)), [
      ...get(LINES),
      ...i32(1),
      I32_SUB,
      ...tee(LINES),
    ]),
    ...[0, 1, 2, 3].flatMap((k) => [...get(SUM + k), ...(k > 0 ? V_XOR : [])]),
    // v128.any_true
    ...[0xfd, 0x53],
  ]
  return Uint8Array.from([
    ...PREAMBLE,
    ...section(1, vector([[FUNCTION, ...vector([[I32], [I32]]), 1, I32]])),
    ...section(2, vector([[...name('m'), ...name('m'), 0x02, ...limits(pages, shared)]])),
    ...section(3, vector([[0]])),
    ...section(7, vector([[...name('read'), 0, 0]])),
    ...section(10, vector([body([[4, V128]], code)])),
  ])
}

export interface ReadJob extends ThreadJob {
  readonly kind: 'read'
  readonly tileBytes: number
}

/** Reads a tile of the memory. */
export function readWork({ module, memory, tileBytes }: ReadJob): Work {
  const { exports } = new WebAssembly.Instance(module, { m: { m: memory } })
  const read = exports.read as (from: number, turns: number) => number
  return (tile) => {
    read(tile * tileBytes, tileBytes / LINE)
  }
}

/** @param threads whose script is `readThread.ts` */
export async function createReader(
  bytes: number,
  threads: Threads | null,
): Promise<{ run(): Promise<void>; dispose(): void }> {
  const tiles = Math.ceil(bytes / MOST_PER_TILE)
  const tileBytes = Math.ceil(bytes / tiles / LINE) * LINE
  const pages = Math.ceil((tiles * tileBytes) / PAGE)
  const memory = createMemory(pages, threads !== null)
  new Uint32Array(memory.buffer).fill(7)
  const module = await WebAssembly.compile(
    assembleReader(tileBytes / PLACES, pages, threads !== null),
  )
  const job: ReadJob = { kind: 'read', module, memory, tileBytes }
  const work = readWork(job)
  const alone = () => {
    for (let tile = 0; tile < tiles; tile++) work(tile, 0)
  }
  const pool = threads && new ThreadPool(threads, job, tiles)
  return {
    run: async () => (pool ? pool.run({ prepare() {}, work, collect() {}, alone }) : alone()),
    dispose: () => pool?.dispose(),
  }
}
