/**
 * @module One matrix product in WebAssembly SIMD: C += A·B on float32. Training spends nine tenths of its
 * time here, and the product runs about eight times as fast as the same loop in JavaScript.
 * The kernel holds a block of 4 rows × 8 columns of C in registers and iterates over the inner dimension.
 * A may have any strides, so a transposed A costs nothing.
 */
import { assemble, instantiate } from '@nearside/engine/wasm/assemble.ts'
import {
  bump,
  type Code,
  get,
  I32,
  I32_ADD,
  I32_SUB,
  i32,
  loadAt,
  loopWhile,
  set,
  storeAt,
  V_ADD,
  V_MUL,
  V_ZERO,
  V128,
  when,
} from '@nearside/engine/wasm/opcodes.ts'

/** Byte addresses and byte strides; `columns` a multiple of 8. */
export type Gemm = (
  c: number,
  cRow: number,
  a: number,
  aRow: number,
  aInner: number,
  b: number,
  bRow: number,
  rows: number,
  inner: number,
  columns: number,
) => void

const PARAMETERS = 10
const [C, C_ROW, A, A_ROW, A_INNER, B, B_ROW, ROWS, INNER, COLUMNS] = range(0, PARAMETERS)
const [AT, K, PA, PB, PC, PR] = range(PARAMETERS, 6)
const FIRST_VECTOR = PARAMETERS + 6
const SUMS = range(FIRST_VECTOR, 8)
const [B0, B1, SPLAT] = range(FIRST_VECTOR + 8, 3)

const LESS = 0x48
const SHIFT_LEFT = 0x74
const splatLoad: Code = [0xfd, 0x09, 2, 0]
const sum = (a: number, b: number): Code => [...get(a), ...get(b), I32_ADD]

/** Runs `code` while the condition holds; checks the condition first. */
const loop = (condition: Code, ...code: Code[]): Code => [
  ...condition,
  ...when(loopWhile(...code, condition)),
]

/** One pass over all columns for `height` rows of C and A. */
function band(height: number): Code {
  const rows = range(0, height)
  const halves = (row: number, each: (sum: number, half: number) => Code): Code =>
    [0, 1].flatMap((half) => each(SUMS[2 * row + half], half))
  const multiply = (row: number): Code => [
    ...[...get(PR), ...splatLoad, ...set(SPLAT)],
    ...halves(row, (into, half) => [
      ...[...get(into), ...get(SPLAT), ...get(half === 0 ? B0 : B1), ...V_MUL, ...V_ADD],
      ...set(into),
    ]),
    ...bump(PR, get(A_ROW)),
  ]
  const store = (row: number): Code => [
    ...halves(row, (from, half) => [
      ...[...get(PC), ...get(PC), ...loadAt(16 * half), ...get(from), ...V_ADD],
      ...storeAt(16 * half),
    ]),
    ...bump(PC, get(C_ROW)),
  ]
  return [
    ...[...i32(0), ...set(AT)],
    ...loop(
      [...get(AT), ...get(COLUMNS), ...i32(2), SHIFT_LEFT, LESS],
      rows.flatMap((row) => halves(row, (into) => [...V_ZERO, ...set(into)])),
      [...get(A), ...set(PA), ...sum(B, AT), ...set(PB), ...get(INNER), ...set(K)],
      loop(
        [...i32(0), ...get(K), LESS],
        [...get(PB), ...loadAt(0), ...set(B0), ...get(PB), ...loadAt(16), ...set(B1)],
        [...get(PA), ...set(PR), ...rows.flatMap(multiply)],
        [...bump(PA, get(A_INNER)), ...bump(PB, get(B_ROW)), ...bump(K, i32(-1))],
      ),
      [...sum(C, AT), ...set(PC), ...rows.flatMap(store), ...bump(AT, i32(32))],
    ),
    ...rows.flatMap(() => [...bump(A, get(A_ROW)), ...bump(C, get(C_ROW))]),
    ...[...get(ROWS), ...i32(height), I32_SUB, ...set(ROWS)],
  ]
}

export function createGemm(memory: WebAssembly.Memory): Gemm {
  const more = (than: number): Code => [...i32(than), ...get(ROWS), LESS]
  const code = [...loop(more(3), band(4)), ...loop(more(0), band(1))]
  const locals = [
    [6, I32],
    [11, V128],
  ]
  const parameters = new Array<number>(PARAMETERS).fill(I32)
  return instantiate<Gemm>(assemble({ parameters, results: [], locals, code, pages: 1 }), memory)
}

function range(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, k) => from + k)
}
