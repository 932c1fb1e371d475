/**
 * @module The two loops of a fit as WebAssembly with SIMD, assembled here from its opcodes: 627 bytes
 * of module, so no compiler in the toolchain and no file to fetch.
 *
 * Rows are taken four at a time. A row has `stride` bytes, a multiple of 16; callers pad with zeros.
 */

import {
  body,
  bump,
  type Code,
  FUNCTION,
  get,
  I32,
  I32_ADD,
  I32_SUB,
  i32,
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
} from './opcodes.ts'

const I32_LESS = 0x49
const I32_SHIFT_LEFT = 0x74
const F32_ADD = 0x92
const V_ZERO: Code = [0xfd, 0x0c, ...new Array<number>(16).fill(0)]
const splat = (offset: number): Code => [0xfd, 0x09, 2, offset]
const lane = (index: number): Code => [0xfd, 0x1f, index]
const storeF32 = (offset: number): Code => [0x38, 2, offset]

/** Parameters of both functions, then their locals. */
const ROWS = 0
const OTHER = 1
const OUT = 2
const GROUPS = 3
const STRIDE = 4
const J = 5
const AT = 6
const FOUR = [7, 8, 9, 10]
const HELD = 11

const nextGroup: Code = [
  ...bump(ROWS, [...get(STRIDE), ...i32(2), I32_SHIFT_LEFT]),
  ...get(GROUPS),
  ...i32(1),
  I32_SUB,
  ...tee(GROUPS),
]
const nextColumns: Code = [...bump(J, i32(16)), ...get(J), ...get(STRIDE), I32_LESS]
const startRow: Code = [...i32(0), ...set(J)]
/** AT = the k-th row's address, going from row to row, and its four numbers on the stack. */
const loadRow = (k: number): Code =>
  k === 0
    ? [...get(ROWS), ...get(J), I32_ADD, ...tee(AT), ...V_LOAD]
    : [...get(AT), ...get(STRIDE), I32_ADD, ...tee(AT), ...V_LOAD]

/** (rows, q, out, groups, stride): out[r] = row r · q for 4·groups rows. */
const scoreRows: Code = loopWhile(
  FOUR.flatMap((sum) => [...V_ZERO, ...set(sum)]),
  startRow,
  loopWhile(
    [...get(OTHER), ...get(J), I32_ADD, ...V_LOAD, ...set(HELD)],
    FOUR.flatMap((sum, k) => [
      ...loadRow(k),
      ...get(HELD),
      ...V_MUL,
      ...get(sum),
      ...V_ADD,
      ...set(sum),
    ]),
    nextColumns,
  ),
  FOUR.flatMap((sum, k) => [
    ...get(OUT),
    ...[0, 1, 2, 3].flatMap((l) => [...get(sum), ...lane(l), ...(l > 0 ? [F32_ADD] : [])]),
    ...storeF32(4 * k),
  ]),
  bump(OUT, i32(16)),
  nextGroup,
)

/** (rows, share, sum, groups, stride): sum += Σ_r share[r] · row r over 4·groups rows. */
const addRows: Code = loopWhile(
  FOUR.flatMap((share, k) => [...get(OTHER), ...splat(4 * k), ...set(share)]),
  startRow,
  loopWhile(
    [...get(OUT), ...get(J), I32_ADD, ...V_LOAD, ...set(HELD)],
    FOUR.flatMap((share, k) => [
      ...loadRow(k),
      ...get(share),
      ...V_MUL,
      ...get(HELD),
      ...V_ADD,
      ...set(HELD),
    ]),
    [...get(OUT), ...get(J), I32_ADD, ...get(HELD), ...V_STORE],
    nextColumns,
  ),
  bump(OTHER, i32(16)),
  nextGroup,
)

const LOCALS: readonly Code[] = [
  [2, I32],
  [5, V128],
]

/** The module's bytes: imports `fit.memory`, exports `scoreRows` and `addRows`. */
export function assembleModule(): Uint8Array<ArrayBuffer> {
  const parameters = vector(Array.from({ length: 5 }, () => [I32]))
  return Uint8Array.from([
    ...PREAMBLE,
    ...section(1, vector([[FUNCTION, ...parameters, 0]])),
    ...section(2, vector([[...name('fit'), ...name('memory'), 0x02, 0x00, 1]])),
    ...section(3, vector([[0], [0]])),
    ...section(
      7,
      vector([
        [...name('scoreRows'), 0, 0],
        [...name('addRows'), 0, 1],
      ]),
    ),
    ...section(10, vector([body(LOCALS, scoreRows), body(LOCALS, addRows)])),
  ])
}

export type RowLoop = (
  rows: number,
  other: number,
  out: number,
  groups: number,
  stride: number,
) => void

export interface FitModule {
  readonly scoreRows: RowLoop
  readonly addRows: RowLoop
}
