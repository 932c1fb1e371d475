/**
 * @module WebAssembly SIMD scan of an item table against a query and a floor. The table has int8 rows; each
 * row has a scale, a fixed part of its score and a popularity. The output contains the groups of four rows in
 * which at least one reaches the floor.
 *
 * Rows are stored in blocks of eight. A block contains the first two columns of all its rows, then the next
 * two. Each SIMD lane is one row, so no sum crosses lanes. Four blocks are scored at a time, one from each
 * quarter of the table: four read streams give a core 1.7 times the memory bandwidth of one.
 */
import { assemble } from '../wasm/assemble.ts'
import {
  bump,
  type Code,
  F32,
  get,
  I_ADD,
  I32,
  I32_ADD,
  I32_LESS,
  I32_SUB,
  i32,
  leb,
  loadAt,
  loopWhile,
  set,
  storeAt,
  tee,
  V_ADD,
  V_ANY,
  V_MAX,
  V_MUL,
  V_SPLAT,
  V_ZERO,
  V128,
  when,
} from '../wasm/opcodes.ts'

/** Number of rows per block: two vectors of sums. */
export const BLOCK_ROWS = 8
/** Number of blocks scored at a time. */
export const STREAMS = 4
/** Number of adjacent columns in a block. */
export const PAIR = 2
/** Bytes of a group in the output: its four scores and its first row. */
export const HIT_BYTES = 32

const V_GREATER_EQUAL: Code = [0xfd, 0x46]
/** Products of int16, added in pairs to int32. */
const I_DOT: Code = [0xfd, 0xba, 0x01]
const I_TO_FLOAT: Code = [0xfd, 0xfa, 0x01]
/** Loads eight int8 and widens them to int16. */
const loadWideAt = (offset: number): Code => [0xfd, 0x01, 3, ...leb(offset)]
/** Loads a pair of the query into every lane. */
const SPLAT_PAIR: Code = [0xfd, 0x09, 2, 0]
const storeI32 = (offset: number): Code => [0x36, 2, offset]

const [ROWS, TERMS, QUERY, OUT, STEPS, ROW, FLOOR, UNIT, COLD, AT] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
const SUMS = [10, 11, 12, 13, 14, 15, 16, 17]
const [FLOORS, UNITS, COLDS, HELD] = [18, 19, 20, 21]
const LOCALS: readonly Code[] = [
  [1, I32],
  [SUMS.length + 4, V128],
]

function scan(width: number, rowsApart: number, rows: number): Code {
  /** Row offset of each vector of four rows from the first row of the first stream. */
  const offsets = SUMS.map((_, s) => (s >> 1) * rowsApart + 4 * (s & 1))
  const product = (sum: number, s: number): Code => [
    ...[...get(ROWS), ...loadWideAt((s >> 1) * rowsApart * width + 8 * (s & 1))],
    ...[...get(HELD), ...I_DOT, ...get(sum), ...I_ADD, ...set(sum)],
  ]
  /** Loads a term: scales, fixed parts and popularities are stored in sequence. */
  const term = (which: number, s: number): Code => [
    ...get(TERMS),
    ...loadAt(4 * (which * rows + offsets[s])),
  ]
  const splat = (from: number, to: number): Code => [...get(from), ...V_SPLAT, ...set(to)]
  return [
    ...[...splat(FLOOR, FLOORS), ...splat(UNIT, UNITS), ...splat(COLD, COLDS)],
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
        ...[...get(sum), ...I_TO_FLOAT, ...term(0, s), ...V_MUL, ...get(UNITS), ...V_MUL],
        ...[...term(1, s), ...V_ADD, ...term(2, s), ...get(COLDS), ...V_MUL, ...V_ADD],
        ...[...tee(sum), ...(s > 0 ? V_MAX : [])],
      ]),
      [...get(FLOORS), ...V_GREATER_EQUAL, ...V_ANY],
      when(
        SUMS.flatMap((sum, s) => [
          ...[...get(sum), ...get(FLOORS), ...V_GREATER_EQUAL, ...V_ANY],
          ...when(
            [...get(OUT), ...get(sum), ...storeAt(0)],
            [...get(OUT), ...get(ROW), ...i32(offsets[s]), I32_ADD, ...storeI32(16)],
            bump(OUT, i32(HIT_BYTES)),
          ),
        ]),
      ),
      bump(TERMS, i32(4 * BLOCK_ROWS)),
      bump(ROW, i32(BLOCK_ROWS)),
      [...get(STEPS), ...i32(1), I32_SUB, ...tee(STEPS)],
    ),
    ...get(OUT),
  ]
}

/**
 * Assembles a `Scan`.
 * @param width number of columns, a multiple of PAIR
 * @param rowsApart number of rows between two streams, a multiple of BLOCK_ROWS
 * @param rows number of rows of the table, with padding
 */
export const assembleScan = (
  width: number,
  rowsApart: number,
  rows: number,
  pages: number,
): Uint8Array<ArrayBuffer> =>
  assemble({
    parameters: [I32, I32, I32, I32, I32, I32, F32, F32, F32],
    results: [I32],
    locals: LOCALS,
    code: scan(width, rowsApart, rows),
    pages,
  })

/**
 * Kernel of the scan. Arguments are byte addresses; `steps` ≥ 1 counts steps of four blocks. The score of a
 * row is level · query level · scale · `unit` + fixed part + `cold` · popularity.
 * @returns byte address after the last hit
 */
export type Scan = (
  rows: number,
  terms: number,
  query: number,
  out: number,
  steps: number,
  firstRow: number,
  floor: number,
  unit: number,
  cold: number,
) => number
