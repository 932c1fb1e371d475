/**
 * @module The scan of an item table in single precision as WebAssembly with SIMD, assembled for its
 * number of columns: unrolled, the query in registers. Four rows at a time are scored and compared with a
 * threshold; only groups that hold something better are written out, which soon are few.
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
  V_MUL,
  V_STORE,
  V128,
  vector,
  when,
} from '../wasm/opcodes.ts'

/** Bytes of a group that is written out: its four scores, and the id of its first row. */
export const HIT_BYTES = 32

const loadAt = (offset: number): Code => [0xfd, 0x00, 4, ...leb(offset)]
const V_GREATER: Code = [0xfd, 0x44]
const V_ANY: Code = [0xfd, 0x53]
const V_SPLAT: Code = [0xfd, 0x13]
export const storeI32 = (offset: number): Code => [0x36, 2, offset]
const ROWS = 0
const QUERY = 2
const OUT = 3
const STEPS = 4
const ROW = 5
const THRESHOLD = 6
const FOUR = [7, 8, 9, 10] as const
const FLOOR = 11
const SCORES = 12
const FIRST_QUERY = 13

function scan(columns: number): Code {
  const parts = Array.from({ length: columns / 4 }, (_, part) => part)
  const product = (row: number, part: number): Code => [
    ...[...get(ROWS), ...loadAt(4 * row * columns + 16 * part)],
    ...[...get(FIRST_QUERY + part), ...V_MUL, ...(part > 0 ? V_ADD : [])],
  ]
  return [
    ...get(THRESHOLD),
    ...V_SPLAT,
    ...set(FLOOR),
    ...parts.flatMap((part) => [...get(QUERY), ...loadAt(16 * part), ...set(FIRST_QUERY + part)]),
    ...loopWhile(
      FOUR.flatMap((sum, row) => [...parts.flatMap((part) => product(row, part)), ...set(sum)]),
      sumLanes(FOUR, V_ADD),
      [...tee(SCORES), ...get(FLOOR), ...V_GREATER, ...V_ANY],
      when(
        [...get(OUT), ...get(SCORES), ...V_STORE],
        [...get(OUT), ...get(ROW), ...storeI32(16)],
        bump(OUT, i32(HIT_BYTES)),
      ),
      bump(ROWS, i32(16 * columns)),
      bump(ROW, i32(4)),
      [...get(STEPS), ...i32(1), I32_SUB, ...tee(STEPS)],
    ),
    ...get(OUT),
  ]
}

/** Imports `topk.memory`, exports `scan`. */
export function assembleTopK(
  locals: readonly Code[],
  code: Code,
  pages: number,
  shared: boolean,
): Uint8Array<ArrayBuffer> {
  const parameters: readonly Code[] = [...new Array<Code>(6).fill([I32]), [F32]]
  return Uint8Array.from([
    ...PREAMBLE,
    ...section(1, vector([[FUNCTION, ...vector(parameters), 1, I32]])),
    ...section(2, vector([[...name('topk'), ...name('memory'), 0x02, ...limits(pages, shared)]])),
    ...section(3, vector([[0]])),
    ...section(7, vector([[...name('scan'), 0, 0]])),
    ...section(10, vector([body(locals, code)])),
  ])
}

/**
 * A `Scan` whose steps are four rows.
 * @param columns a multiple of 4
 * @param shared whether the memory is shared between threads
 */
export function assembleScan(
  columns: number,
  pages: number,
  shared = false,
): Uint8Array<ArrayBuffer> {
  const vectors = FOUR.length + 2 + columns / 4
  return assembleTopK([[...leb(vectors), V128]], scan(columns), pages, shared)
}

/** Byte addresses; `steps` ≥ 1; `scales` of int8 rows only. @returns where the hits end */
export type Scan = (
  rows: number,
  scales: number,
  query: number,
  out: number,
  steps: number,
  firstId: number,
  threshold: number,
) => number
