/**
 * @module The scan of int8 rows as WebAssembly with SIMD, and the order in which they lie in memory for
 * it: blocks of eight rows, in a block the first two columns of all rows, then the next two. So a lane
 * is a row, and no sum goes across lanes.
 *
 * Four blocks are scored at a time, each from a quarter of its tile: a core that reads in one place
 * waits for memory, in four it gets 1.7 times as much.
 */
import {
  bump,
  type Code,
  get,
  I32,
  I32_ADD,
  I32_SUB,
  i32,
  leb,
  loopWhile,
  set,
  tee,
  V_MAX,
  V_MUL,
  V_STORE,
  V128,
  when,
} from '../wasm/opcodes.ts'
import { assembleTopK, HIT_BYTES, storeI32 } from './module.ts'

/** Rows of a block: two vectors of sums. */
export const BLOCK_ROWS = 8
/** Blocks at a time. */
export const STREAMS = 4
/** Columns of a pair, side by side. */
export const PAIR = 2

const I32_LESS = 0x49
const V_ZERO: Code = [0xfd, 0x0c, ...new Array<number>(16).fill(0)]
const V_GREATER_EQUAL: Code = [0xfd, 0x46]
const V_ANY: Code = [0xfd, 0x53]
const V_SPLAT: Code = [0xfd, 0x13]
const I_ADD: Code = [0xfd, 0xae, 0x01]
/** Products of int16, added in pairs to int32. */
const I_DOT: Code = [0xfd, 0xba, 0x01]
const I_TO_FLOAT: Code = [0xfd, 0xfa, 0x01]
const loadAt = (offset: number): Code => [0xfd, 0x00, 4, ...leb(offset)]
/** Eight int8, widened to int16. */
const loadWideAt = (offset: number): Code => [0xfd, 0x01, 3, ...leb(offset)]
/** A pair of the query in every lane. */
const SPLAT_PAIR: Code = [0xfd, 0x09, 2, 0]

const [ROWS, SCALES, QUERY, OUT, STEPS, ROW, THRESHOLD, AT] = [0, 1, 2, 3, 4, 5, 6, 7]
const SUMS = [8, 9, 10, 11, 12, 13, 14, 15]
const [FLOOR, HELD] = [16, 17]
const LOCALS: readonly Code[] = [
  [1, I32],
  [SUMS.length + 2, V128],
]

/**
 * Writes row-major int8 in blocks.
 * @param to a pair to a number; zeros, with room for whole blocks of `width` columns
 */
export function writeBlocks(
  rows: Int8Array,
  columns: number,
  to: Int16Array<ArrayBufferLike>,
  width: number,
): void {
  const whole = columns >> 1
  for (let row = 0, from = 0; from < rows.length; row++) {
    const lane = row % BLOCK_ROWS
    let at = ((row - lane) * width) / PAIR + lane
    for (let pair = 0; pair < whole; pair++, at += BLOCK_ROWS, from += PAIR)
      to[at] = (rows[from] & 0xff) | (rows[from + 1] << 8)
    if (columns % PAIR) to[at] = rows[from++] & 0xff
  }
}

function scan(width: number, rowsApart: number): Code {
  /** Rows from where the first of a vector's four lie in the first stream. */
  const offsets = SUMS.map((_, s) => (s >> 1) * rowsApart + 4 * (s & 1))
  const product = (sum: number, s: number): Code => [
    ...[...get(ROWS), ...loadWideAt((s >> 1) * rowsApart * width + 8 * (s & 1))],
    ...[...get(HELD), ...I_DOT, ...get(sum), ...I_ADD, ...set(sum)],
  ]
  return [
    ...[...get(THRESHOLD), ...V_SPLAT, ...set(FLOOR)],
    ...loopWhile(
      SUMS.flatMap((sum) => [...V_ZERO, ...set(sum)]),
      [...get(QUERY), ...set(AT)],
      loopWhile(
        [...get(AT), ...SPLAT_PAIR, ...set(HELD)],
        SUMS.flatMap(product),
        bump(ROWS, i32(PAIR * BLOCK_ROWS)),
        bump(AT, i32(2 * PAIR)),
        [...get(AT), ...get(QUERY), I32_SUB, ...i32(2 * width), I32_LESS],
      ),
      SUMS.flatMap((sum, s) => [
        ...[...get(sum), ...I_TO_FLOAT, ...get(SCALES), ...loadAt(4 * offsets[s]), ...V_MUL],
        ...[...tee(sum), ...(s > 0 ? V_MAX : [])],
      ]),
      // Lower ids may come after higher ones, so that who equals the threshold may still be in.
      [...get(FLOOR), ...V_GREATER_EQUAL, ...V_ANY],
      when(
        SUMS.flatMap((sum, s) => [
          ...[...get(sum), ...get(FLOOR), ...V_GREATER_EQUAL, ...V_ANY],
          ...when(
            [...get(OUT), ...get(sum), ...V_STORE],
            [...get(OUT), ...get(ROW), ...i32(offsets[s]), I32_ADD, ...storeI32(16)],
            bump(OUT, i32(HIT_BYTES)),
          ),
        ]),
      ),
      bump(SCALES, i32(4 * BLOCK_ROWS)),
      bump(ROW, i32(BLOCK_ROWS)),
      [...get(STEPS), ...i32(1), I32_SUB, ...tee(STEPS)],
    ),
    ...get(OUT),
  ]
}

/**
 * A `Scan` whose steps are four blocks.
 * @param width columns, a multiple of PAIR
 * @param rowsApart from one stream to the next, a multiple of BLOCK_ROWS
 */
export function assembleInt8Scan(
  width: number,
  rowsApart: number,
  pages: number,
  shared = false,
): Uint8Array<ArrayBuffer> {
  return assembleTopK(LOCALS, scan(width, rowsApart), pages, shared)
}
