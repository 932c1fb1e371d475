/**
 * @module The two passes over a design in double precision as WebAssembly with SIMD: rows are float32,
 * sums are float64, and each sum is made in the order of the plain loops (`learning/gradient.ts`), so
 * that the bits are the same. A row has `stride` bytes, a multiple of 8.
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
  V_LOAD,
  V_STORE,
  V128,
  vector,
} from '../wasm/opcodes.ts'

/** Rows that are taken at a time; callers pad with zeros. */
export const GROUP_ROWS = 8

const I32_LESS = 0x49
const I32_SHIFT_LEFT = 0x74
const loadAt = (offset: number): Code => [0xfd, 0x00, 4, offset]
const storeAt = (offset: number): Code => [0xfd, 0x0b, 4, offset]
const LOAD_SPLAT: Code = [0xfd, 0x0a, 3, 0]
const splatAt = (offset: number): Code => [0xfd, 0x0a, 3, offset]
const LOAD_ONE: Code = [0xfd, 0x5c, 2, 0]
const LOAD_INTO_SECOND: Code = [0xfd, 0x56, 2, 0, 1]
const LOAD_TWO: Code = [0xfd, 0x5d, 3, 0]
const PROMOTE: Code = [0xfd, 0x5f]
const D_ADD: Code = [0xfd, 0xf0, 0x01]
const D_MUL: Code = [0xfd, 0xf2, 0x01]

/** Parameters of both, then their locals. `OTHER` and `SUMS` are float64. */
const [ROWS, OTHER, SUMS, GROUPS, STRIDE, J, AT, NEXT] = [0, 1, 2, 3, 4, 5, 6, 7]
const HELD = 8
const VALUE = 16

const start: Code = [...i32(0), ...set(J)]
const firstRow: Code = [...get(ROWS), ...get(J), I32_ADD, ...set(AT)]
const nextRow: Code = [...get(AT), ...get(STRIDE), I32_ADD, ...set(AT)]
/** Columns of four bytes. */
const nextColumns = (columns: number): Code => [
  ...bump(J, i32(4 * columns)),
  ...get(J),
  ...get(STRIDE),
  I32_LESS,
]
const nextGroup: Code = [
  ...bump(ROWS, [...get(STRIDE), ...i32(3), I32_SHIFT_LEFT]),
  ...get(GROUPS),
  ...i32(1),
  I32_SUB,
  ...tee(GROUPS),
]

const PAIRS = [0, 1, 2, 3]

/** (rows, p, scores, groups, stride): scores[r] += row r · p; two rows to a vector. */
const scoreRows: Code = loopWhile(
  PAIRS.flatMap((pair) => [...get(SUMS), ...loadAt(16 * pair), ...set(HELD + pair)]),
  start,
  loopWhile(
    firstRow,
    // p is twice as wide as a row.
    [...get(OTHER), ...get(J), ...i32(1), I32_SHIFT_LEFT, I32_ADD, ...LOAD_SPLAT, ...set(VALUE)],
    PAIRS.flatMap((pair) => [
      ...get(HELD + pair),
      ...[...get(AT), ...get(STRIDE), I32_ADD, ...tee(NEXT)],
      ...[...get(AT), ...LOAD_ONE],
      ...LOAD_INTO_SECOND,
      ...PROMOTE,
      ...[...get(VALUE), ...D_MUL],
      ...D_ADD,
      ...set(HELD + pair),
      ...[...get(NEXT), ...get(STRIDE), I32_ADD, ...set(AT)],
    ]),
    nextColumns(1),
  ),
  PAIRS.flatMap((pair) => [...get(SUMS), ...get(HELD + pair), ...storeAt(16 * pair)]),
  bump(SUMS, i32(8 * GROUP_ROWS)),
  nextGroup,
)

/** (rows, share, sum, groups, stride): sum += share[r] · row r, row by row; two columns to a vector. */
const addRows: Code = loopWhile(
  Array.from({ length: GROUP_ROWS }, (_, r) => [
    ...get(OTHER),
    ...splatAt(8 * r),
    ...set(HELD + r),
  ]).flat(),
  start,
  loopWhile(
    firstRow,
    [...get(SUMS), ...get(J), ...i32(1), I32_SHIFT_LEFT, I32_ADD, ...tee(NEXT), ...V_LOAD],
    [...set(VALUE)],
    Array.from({ length: GROUP_ROWS }, (_, r) => [
      ...get(VALUE),
      ...[...get(HELD + r), ...get(AT), ...LOAD_TWO, ...PROMOTE, ...D_MUL],
      ...D_ADD,
      ...set(VALUE),
      ...nextRow,
    ]).flat(),
    [...get(NEXT), ...get(VALUE), ...V_STORE],
    nextColumns(2),
  ),
  bump(OTHER, i32(8 * GROUP_ROWS)),
  nextGroup,
)

/** Imports `logit.memory`; exports `scoreRows` and `addRows`. */
export function assembleLogit(): Uint8Array<ArrayBuffer> {
  const locals: readonly Code[] = [
    [3, I32],
    [9, V128],
  ]
  const parameters = vector(Array.from({ length: 5 }, () => [I32]))
  return Uint8Array.from([
    ...PREAMBLE,
    ...section(1, vector([[FUNCTION, ...parameters, 0]])),
    ...section(2, vector([[...name('logit'), ...name('memory'), 0x02, 0x00, 1]])),
    ...section(3, vector([[0], [0]])),
    ...section(
      7,
      vector([
        [...name('scoreRows'), 0, 0],
        [...name('addRows'), 0, 1],
      ]),
    ),
    ...section(10, vector([body(locals, scoreRows), body(locals, addRows)])),
  ])
}

/** Byte addresses; `groups` of eight rows. */
type RowLoop = (rows: number, other: number, sums: number, groups: number, stride: number) => void

export interface LogitModule {
  readonly scoreRows: RowLoop
  readonly addRows: RowLoop
}
