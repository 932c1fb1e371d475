/**
 * @module The loops of a small network as WebAssembly with SIMD, in double precision and, sum by sum,
 * in the order of the plain loops (`learning/learners/network.ts`), so that the bits are the same.
 *
 * A matrix lies in blocks of eight rows, column by column. Rows are the sums of a product, two to a
 * vector; no sum is split.
 */
import {
  body,
  bump,
  type Code,
  F64,
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
  V_LOAD,
  V_STORE,
  V128,
  vector,
} from '../wasm/opcodes.ts'

export const BLOCK_ROWS = 8
/** Bytes of one column of a block. */
const COLUMN = 8 * BLOCK_ROWS

const V_ZERO: Code = [0xfd, 0x0c, ...new Array<number>(16).fill(0)]
const loadAt = (offset: number): Code => [0xfd, 0x00, 4, offset]
const storeAt = (offset: number): Code => [0xfd, 0x0b, 4, offset]
const LOAD_SPLAT: Code = [0xfd, 0x0a, 3, 0]
const SPLAT: Code = [0xfd, 0x14]
const D_ADD: Code = [0xfd, 0xf0, 0x01]
const D_SUB: Code = [0xfd, 0xf1, 0x01]
const D_MUL: Code = [0xfd, 0xf2, 0x01]
const D_DIV: Code = [0xfd, 0xf3, 0x01]
const D_SQRT: Code = [0xfd, 0xef, 0x01]
const PAIRS = [0, 1, 2, 3]

const down = (local: number): Code => [...get(local), ...i32(1), I32_SUB, ...tee(local)]

/** Parameters of the two loops over a matrix, then their locals. */
const MATRIX = 0
const X = 1
const ROWS = 2
const BLOCKS = 3
const COLUMNS = 4
const LEFT = 5
const AT = 6
const FOUR = 7
const VALUE = 11

const perColumn = (...work: Code[]): Code => [
  ...get(X),
  ...set(AT),
  ...get(COLUMNS),
  ...set(LEFT),
  ...loopWhile(
    [...get(AT), ...LOAD_SPLAT, ...set(VALUE)],
    ...work,
    bump(MATRIX, i32(COLUMN)),
    bump(AT, i32(8)),
    down(LEFT),
  ),
]

/** (matrix, x, out, blocks, columns): out = M·x. */
const product: Code = loopWhile(
  PAIRS.flatMap((pair) => [...V_ZERO, ...set(FOUR + pair)]),
  perColumn(
    PAIRS.flatMap((pair) => [
      ...get(FOUR + pair),
      ...[...get(MATRIX), ...loadAt(16 * pair), ...get(VALUE), ...D_MUL],
      ...D_ADD,
      ...set(FOUR + pair),
    ]),
  ),
  PAIRS.flatMap((pair) => [...get(ROWS), ...get(FOUR + pair), ...storeAt(16 * pair)]),
  bump(ROWS, i32(COLUMN)),
  down(BLOCKS),
)

/** (matrix, x, rows, blocks, columns): M += rows ⊗ x. */
const outer: Code = loopWhile(
  PAIRS.flatMap((pair) => [...get(ROWS), ...loadAt(16 * pair), ...set(FOUR + pair)]),
  perColumn(
    PAIRS.flatMap((pair) => [
      ...get(MATRIX),
      ...[...get(MATRIX), ...loadAt(16 * pair)],
      ...[...get(FOUR + pair), ...get(VALUE), ...D_MUL],
      ...D_ADD,
      ...storeAt(16 * pair),
    ]),
  ),
  bump(ROWS, i32(COLUMN)),
  down(BLOCKS),
)

/** Parameters of Adam, then its locals. */
const [WEIGHTS, GRADIENT, FIRST, SECOND, COUNT] = [0, 1, 2, 3, 4]
const [KEEP1, KEEP2, RATE, EPSILON] = [5, 6, 7, 8]
const [SPLATS, G, MOMENT] = [9, 13, 14]

/** address += splat·(value − address); leaves the sum on the stack. */
const follow = (address: number, splat: number, value: Code): Code => [
  ...[...get(address), ...V_LOAD],
  ...get(splat),
  ...value,
  ...[...get(address), ...V_LOAD, ...D_SUB, ...D_MUL, ...D_ADD],
]

/** (weights, gradient, first, second, pairs, 1−β₁, 1−β₂, rate, ε): one step of Adam, elementwise. */
const adam: Code = [
  ...[KEEP1, KEEP2, RATE, EPSILON].flatMap((scalar, k) => [
    ...[...get(scalar), ...SPLAT],
    ...set(SPLATS + k),
  ]),
  ...loopWhile(
    [...get(GRADIENT), ...V_LOAD, ...set(G)],
    [...get(FIRST), ...follow(FIRST, SPLATS, get(G)), ...tee(MOMENT), ...V_STORE],
    [...get(SECOND), ...follow(SECOND, SPLATS + 1, [...get(G), ...get(G), ...D_MUL]), ...V_STORE],
    [
      ...get(WEIGHTS),
      ...[...get(WEIGHTS), ...V_LOAD],
      ...[...get(SPLATS + 2), ...get(MOMENT), ...D_MUL],
      ...[...get(SECOND), ...V_LOAD, ...D_SQRT, ...get(SPLATS + 3), ...D_ADD],
      ...D_DIV,
      ...D_SUB,
      ...V_STORE,
    ],
    [WEIGHTS, GRADIENT, FIRST, SECOND].flatMap((address) => bump(address, i32(16))),
    down(COUNT),
  ),
]

/** Imports `mlp.memory`; exports `product`, `outer` and `adam`. */
export function assembleMlp(pages: number): Uint8Array<ArrayBuffer> {
  const loop = vector(Array.from({ length: 5 }, () => [I32]))
  const step = vector([
    ...Array.from({ length: 5 }, () => [I32]),
    ...Array.from({ length: 4 }, () => [F64]),
  ])
  return Uint8Array.from([
    ...PREAMBLE,
    ...section(
      1,
      vector([
        [FUNCTION, ...loop, 0],
        [FUNCTION, ...step, 0],
      ]),
    ),
    ...section(2, vector([[...name('mlp'), ...name('memory'), 0x02, 0x00, pages]])),
    ...section(3, vector([[0], [0], [1]])),
    ...section(
      7,
      vector(['product', 'outer', 'adam'].map((export_, k) => [...name(export_), 0, k])),
    ),
    ...section(
      10,
      vector([
        ...[product, outer].map((code) =>
          body(
            [
              [2, I32],
              [5, V128],
            ],
            code,
          ),
        ),
        body([[6, V128]], adam),
      ]),
    ),
  ])
}

/** Byte addresses; a matrix of `blocks` of eight rows. */
type MatrixLoop = (matrix: number, x: number, rows: number, blocks: number, columns: number) => void

export interface MlpModule {
  readonly product: MatrixLoop
  readonly outer: MatrixLoop
  readonly adam: (
    weights: number,
    gradient: number,
    first: number,
    second: number,
    pairs: number,
    keep1: number,
    keep2: number,
    rate: number,
    epsilon: number,
  ) => void
}
