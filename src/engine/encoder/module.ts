/**
 * @module The encoder's products of a matrix and a vector as WebAssembly with SIMD. Two rows to a
 * vector, in double precision and in the order of the JavaScript loops, so that the bits are the
 * same: every row is one sum, and no sum is split.
 *
 * A matrix lies in blocks of eight rows, column by column, as float64.
 */
import {
  body,
  bump,
  type Code,
  FUNCTION,
  get,
  I32,
  I32_SUB,
  i32,
  loopWhile,
  name,
  PREAMBLE,
  section,
  set,
  tee,
  V128,
  vector,
} from '../wasm/opcodes.ts'

export const BLOCK_ROWS = 8

const V_ZERO: Code = [0xfd, 0x0c, ...new Array<number>(16).fill(0)]
const loadAt = (offset: number): Code => [0xfd, 0x00, 4, offset]
const LOAD_SPLAT: Code = [0xfd, 0x0a, 3, 0]
const storeHalfAt = (offset: number): Code => [0xfd, 0x5b, 3, offset, 0]
const D_ADD: Code = [0xfd, 0xf0, 0x01]
const D_MUL: Code = [0xfd, 0xf2, 0x01]
const DEMOTE: Code = [0xfd, 0x5e]
const PROMOTE: Code = [0xfd, 0x5f]

const MATRIX = 0
const X = 1
const OUT = 2
const BLOCKS = 3
const COLUMNS = 4
const LEFT = 5
const AT = 6
const SUMS = [7, 8, 9, 10]
const VALUE = 11

const down = (local: number): Code => [...get(local), ...i32(1), I32_SUB, ...tee(local)]

/** (matrix, x, out, blocks, columns): out = M·x. `rounding`: to single precision at each addition. */
function product(rounding: boolean): Code {
  return loopWhile(
    SUMS.flatMap((sum) => [...V_ZERO, ...set(sum)]),
    [...get(X), ...set(AT), ...get(COLUMNS), ...set(LEFT)],
    loopWhile(
      [...get(AT), ...LOAD_SPLAT, ...set(VALUE)],
      SUMS.flatMap((sum, pair) => [
        ...get(sum),
        ...get(MATRIX),
        ...loadAt(16 * pair),
        ...get(VALUE),
        ...D_MUL,
        ...D_ADD,
        ...(rounding ? [...DEMOTE, ...PROMOTE] : []),
        ...set(sum),
      ]),
      bump(MATRIX, i32(8 * BLOCK_ROWS)),
      bump(AT, i32(8)),
      down(LEFT),
    ),
    SUMS.flatMap((sum, pair) => [...get(OUT), ...get(sum), ...DEMOTE, ...storeHalfAt(8 * pair)]),
    bump(OUT, i32(4 * BLOCK_ROWS)),
    down(BLOCKS),
  )
}

const LOCALS: readonly Code[] = [
  [2, I32],
  [5, V128],
]

/** Imports `encoder.memory`, exports `multiply` and `multiplyRounding`. */
export function assembleProducts(pages: number): Uint8Array<ArrayBuffer> {
  const parameters = vector(Array.from({ length: 5 }, () => [I32]))
  return Uint8Array.from([
    ...PREAMBLE,
    ...section(1, vector([[FUNCTION, ...parameters, 0]])),
    ...section(2, vector([[...name('encoder'), ...name('memory'), 0x02, 0x00, pages]])),
    ...section(3, vector([[0], [0]])),
    ...section(
      7,
      vector([
        [...name('multiply'), 0, 0],
        [...name('multiplyRounding'), 0, 1],
      ]),
    ),
    ...section(10, vector([body(LOCALS, product(false)), body(LOCALS, product(true))])),
  ])
}

/** Byte addresses. */
export type Product = (
  matrix: number,
  x: number,
  out: number,
  blocks: number,
  columns: number,
) => void
