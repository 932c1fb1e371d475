/**
 * @module The scan of an item table as WebAssembly with SIMD, assembled for its number of columns:
 * unrolled, the query in registers. Four rows at a time are scored and compared with a threshold; only
 * groups that hold something better are written out, which soon are few.
 */
import { sumLanes } from '../wasm/lanes.ts'
import {
  body,
  bump,
  type Code,
  F32,
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
  V_ADD,
  V_LOAD,
  V_MUL,
  V_STORE,
  V128,
  vector,
  when,
} from '../wasm/opcodes.ts'

/** Bytes of a group that is written out: its four scores, and the id of its first row. */
export const HIT_BYTES = 32

const loadAt = (offset: number): Code => [0xfd, 0x00, 4, ...leb(offset)]
/** Eight int8, widened to int16. */
const loadWideAt = (offset: number): Code => [0xfd, 0x01, 3, ...leb(offset)]
const V_GREATER: Code = [0xfd, 0x44]
const V_ANY: Code = [0xfd, 0x53]
const V_SPLAT: Code = [0xfd, 0x13]
const I_ADD: Code = [0xfd, 0xae, 0x01]
/** Products of int16, added in pairs to int32. */
const I_DOT: Code = [0xfd, 0xba, 0x01]
const I_TO_FLOAT: Code = [0xfd, 0xfa, 0x01]
const storeI32 = (offset: number): Code => [0x36, 2, offset]
const ROWS = 0
const SCALES = 1
const QUERY = 2
const OUT = 3
const GROUPS = 4
const ROW = 5
const THRESHOLD = 6
const FOUR = [7, 8, 9, 10] as const
const FLOOR = 11
const SCORES = 12
const FIRST_QUERY = 13

function scan(columns: number, quantized: boolean): Code {
  const [perLoad, rowBytes] = quantized ? [8, columns] : [4, 4 * columns]
  const parts = Array.from({ length: columns / perLoad }, (_, part) => part)
  const add = quantized ? I_ADD : V_ADD
  const product = (row: number, part: number): Code => [
    ...get(ROWS),
    ...(quantized ? loadWideAt(row * rowBytes + 8 * part) : loadAt(row * rowBytes + 16 * part)),
    ...get(FIRST_QUERY + part),
    ...(quantized ? I_DOT : V_MUL),
    ...(part > 0 ? add : []),
  ]
  return [
    ...get(THRESHOLD),
    ...V_SPLAT,
    ...set(FLOOR),
    ...parts.flatMap((part) => [...get(QUERY), ...loadAt(16 * part), ...set(FIRST_QUERY + part)]),
    ...loopWhile(
      FOUR.flatMap((sum, row) => [...parts.flatMap((part) => product(row, part)), ...set(sum)]),
      sumLanes(FOUR, add),
      quantized ? [...I_TO_FLOAT, ...get(SCALES), ...V_LOAD, ...V_MUL] : [],
      [...tee(SCORES), ...get(FLOOR), ...V_GREATER, ...V_ANY],
      when(
        [...get(OUT), ...get(SCORES), ...V_STORE],
        [...get(OUT), ...get(ROW), ...storeI32(16)],
        bump(OUT, i32(HIT_BYTES)),
      ),
      bump(ROWS, i32(4 * rowBytes)),
      bump(SCALES, i32(16)),
      bump(ROW, i32(4)),
      [...get(GROUPS), ...i32(1), I32_SUB, ...tee(GROUPS)],
    ),
    ...get(OUT),
  ]
}

/**
 * Imports `topk.memory`, exports `scan`.
 * @param columns a multiple of 8 if quantized, else of 4
 * @param shared whether the memory is shared between threads
 */
export function assembleScan(
  columns: number,
  quantized: boolean,
  pages: number,
  shared = false,
): Uint8Array<ArrayBuffer> {
  const parameters: readonly Code[] = [...new Array<Code>(6).fill([I32]), [F32]]
  const vectors = FOUR.length + 2 + columns / (quantized ? 8 : 4)
  return Uint8Array.from([
    ...PREAMBLE,
    ...section(1, vector([[FUNCTION, ...vector(parameters), 1, I32]])),
    ...section(2, vector([[...name('topk'), ...name('memory'), 0x02, ...limits(pages, shared)]])),
    ...section(3, vector([[0]])),
    ...section(7, vector([[...name('scan'), 0, 0]])),
    ...section(10, vector([body([[...leb(vectors), V128]], scan(columns, quantized))])),
  ])
}

/** Byte addresses; `groups` ≥ 1 of four rows. @returns where the hits end */
export type Scan = (
  rows: number,
  scales: number,
  query: number,
  out: number,
  groups: number,
  firstId: number,
  threshold: number,
) => number
