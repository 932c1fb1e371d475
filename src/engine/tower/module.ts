/**
 * @module The train step of the user tower in WebAssembly with SIMD, assembled for one shape. All five
 * matrix products are one loop: blocks of 4 rows × 8 columns of C = A·B with their sums in registers,
 * A read number by number with any strides (so that it may lie transposed), B by rows.
 */
import { exponential } from '../wasm/exponential.ts'
import {
  body,
  bump,
  type Code,
  F32,
  FUNCTION,
  get,
  I32,
  I32_ADD,
  I32_SUB,
  i32,
  leb,
  loopWhile,
  name,
  PREAMBLE,
  section,
  set,
  tee,
  V_ADD,
  V_MAX,
  V_MUL,
  V_SUB,
  V128,
  vector,
} from '../wasm/opcodes.ts'
import type { TowerShape } from './tower.ts'

const V_ZERO: Code = [0xfd, 0x0c, ...new Array<number>(16).fill(0)]
const V_DIV: Code = [0xfd, 0xe7, 0x01]
const V_SQRT: Code = [0xfd, 0xe3, 0x01]
const V_GREATER: Code = [0xfd, 0x44]
const V_AND: Code = [0xfd, 0x4e]
const SPLAT: Code = [0xfd, 0x13]
const loadAt = (offset: number): Code => [0xfd, 0x00, 4, ...leb(offset)]
const storeAt = (offset: number): Code => [0xfd, 0x0b, 4, ...leb(offset)]
const splatAt = (offset: number): Code => [0xfd, 0x09, 2, ...leb(offset)]
const lane = (index: number): Code => [0xfd, 0x1f, index]
const F32_ADD = 0x92
const F32_DIV = 0x95
const F32_MAX = 0x97

/** Four addresses and four numbers; then locals. */
const [A, B, C, D] = [0, 1, 2, 3]
const NUMBERS = [4, 5, 6, 7]
const [ROW, COLUMN, INNER, P, Q] = [8, 9, 10, 11, 12]
const SUMS = [13, 14, 15, 16, 17, 18, 19, 20]
/** As `exponential` wants them. */
const [X, Y, Z] = [21, 22, 23]
const LOCALS: readonly Code[] = [
  [5, I32],
  [11, V128],
]

const repeat = (counter: number, times: number, ...content: Code[]): Code => [
  ...i32(times),
  ...set(counter),
  ...loopWhile(...content, [...get(counter), ...i32(1), I32_SUB, ...tee(counter)]),
]

export interface Product {
  readonly rows: number
  /** A multiple of 8. */
  readonly columns: number
  readonly inner: number
  /** In numbers: from a row of A to the next, and from one inner index to the next. */
  readonly aRow: number
  readonly aInner: number
  readonly bRow: number
  readonly cRow: number
  /** `relu`: max(·, 0); `mask`: 0 where the matrix D, laid out as C in rows of `dRow`, is not above 0. */
  readonly finish?: 'relu' | 'mask'
  readonly dRow?: number
}

const UNROLL = 4

/** (A, B, C, D) */
function product(it: Product): Code {
  const { rows, columns, inner, aRow, aInner, bRow, cRow } = it
  const step = (count: number, u: number): Code => [
    ...[...get(Q), ...loadAt(4 * bRow * u), ...set(X)],
    ...[...get(Q), ...loadAt(4 * bRow * u + 16), ...set(Y)],
    ...Array.from({ length: count }, (_, r) => [
      ...[...get(P), ...splatAt(4 * aRow * r + 4 * aInner * u), ...tee(Z), ...get(X), ...V_MUL],
      ...[...get(SUMS[2 * r]), ...V_ADD, ...set(SUMS[2 * r])],
      ...[...get(Z), ...get(Y), ...V_MUL, ...get(SUMS[2 * r + 1]), ...V_ADD],
      ...set(SUMS[2 * r + 1]),
    ]).flat(),
  ]
  const steps = (count: number, from: number, to: number): Code =>
    Array.from({ length: to - from }, (_, u) => step(count, from + u)).flat()
  const finish = (sum: number, offset: number): Code => {
    if (it.finish === 'relu') return [...get(sum), ...V_ZERO, ...V_MAX]
    if (it.finish === 'mask')
      return [...get(sum), ...get(D), ...loadAt(offset), ...V_ZERO, ...V_GREATER, ...V_AND]
    return get(sum)
  }
  const blockOf = (count: number): Code => [
    ...repeat(
      COLUMN,
      columns / 8,
      SUMS.slice(0, 2 * count).flatMap((sum) => [...V_ZERO, ...set(sum)]),
      [...get(A), ...set(P), ...get(B), ...set(Q)],
      inner >= UNROLL
        ? repeat(
            INNER,
            Math.trunc(inner / UNROLL),
            steps(count, 0, UNROLL),
            bump(P, i32(4 * aInner * UNROLL)),
            bump(Q, i32(4 * bRow * UNROLL)),
          )
        : [],
      steps(count, 0, inner % UNROLL),
      SUMS.slice(0, 2 * count).flatMap((sum, n) => [
        ...get(C),
        ...finish(sum, 4 * (it.dRow ?? 0) * (n >> 1) + 16 * (n & 1)),
        ...storeAt(4 * cRow * (n >> 1) + 16 * (n & 1)),
      ]),
      bump(B, i32(32)),
      bump(C, i32(32)),
      bump(D, i32(32)),
    ),
    ...bump(B, i32(-4 * columns)),
    ...bump(A, i32(4 * aRow * count)),
    ...bump(C, i32(4 * (cRow * count - columns))),
    ...bump(D, i32(4 * ((it.dRow ?? 0) * count - columns))),
  ]
  return [
    ...(rows >= 4 ? repeat(ROW, Math.trunc(rows / 4), blockOf(4)) : []),
    ...(rows % 4 > 0 ? blockOf(rows % 4) : []),
  ]
}

/** Outputs are taken by eight, so that their sums stay in registers. */
const CHUNK = 8

/** Address of the candidate's row: A + 4·outputs·id, its id at B. */
const rowOf = (outputs: number): Code => [
  ...[...get(A), ...get(B), 0x28, 2, 0, ...i32(4 * outputs), 0x6c, I32_ADD, ...tee(P)],
]

/** (table, ids, u, scores): scores[k] = table[ids[k]] · u. */
const dots = ({ candidates, outputs }: TowerShape): Code =>
  repeat(
    ROW,
    candidates,
    [...rowOf(outputs), ...loadAt(0), ...get(C), ...loadAt(0), ...V_MUL, ...set(X)],
    Array.from({ length: outputs / 4 - 1 }, (_, part) => [
      ...[...get(P), ...loadAt(16 * part + 16), ...get(C), ...loadAt(16 * part + 16), ...V_MUL],
      ...[...get(X), ...V_ADD, ...set(X)],
    ]).flat(),
    [...get(D), ...get(X), ...lane(0), ...get(X), ...lane(1), F32_ADD],
    [...get(X), ...lane(2), ...get(X), ...lane(3), F32_ADD, F32_ADD, 0x38, 2, 0],
    bump(B, i32(4)),
    bump(D, i32(4)),
  )

const lanes = (of: number, operation: number): Code =>
  [0, 1, 2, 3].flatMap((l) => [...get(of), ...lane(l), ...(l > 0 ? [operation] : [])])

/** (scores, –, –, –; –, 1/cases): scores → residuals, (softmax − target) / cases. */
const residuals = (vectors: number): Code => {
  const start: Code = [...get(A), ...set(P)]
  const next = bump(P, i32(16))
  const one = SUMS[0]
  const two = SUMS[1]
  return [
    ...[...start, ...get(P), ...loadAt(0), ...set(one)],
    ...repeat(ROW, vectors, [...get(P), ...loadAt(0), ...get(one), ...V_MAX, ...set(one)], next),
    ...[...lanes(one, F32_MAX), ...SPLAT, ...set(one), ...V_ZERO, ...set(two), ...start],
    ...repeat(
      ROW,
      vectors,
      [...get(P), ...loadAt(0), ...get(one), ...V_SUB, ...set(X)],
      [...exponential(X, Y, Z), ...set(X), ...get(P), ...get(X), ...storeAt(0)],
      [...get(two), ...get(X), ...V_ADD, ...set(two)],
      next,
    ),
    ...[...get(NUMBERS[0]), ...lanes(two, F32_ADD), F32_DIV, ...SPLAT, ...set(two), ...start],
    ...repeat(
      ROW,
      vectors,
      [...get(P), ...get(P), ...loadAt(0), ...get(two), ...V_MUL, ...storeAt(0)],
      next,
    ),
    ...[...get(A), ...get(A), 0x2a, 2, 0, ...get(NUMBERS[0]), 0x93, 0x38, 2, 0],
  ]
}

/** (table, ids, residuals, du): du = Σ_k residuals[k] · table[ids[k]]. */
const backDots = ({ candidates, outputs }: TowerShape): Code => {
  const sums = SUMS.slice(0, CHUNK)
  const chunks = Math.ceil(outputs / (4 * CHUNK))
  return Array.from({ length: chunks }, (_, chunk) => {
    const parts = sums.slice(0, Math.min(CHUNK, outputs / 4 - chunk * CHUNK))
    const at = (part: number) => 16 * (chunk * CHUNK + part)
    return [
      ...parts.flatMap((sum) => [...V_ZERO, ...set(sum)]),
      ...repeat(
        ROW,
        candidates,
        [...get(C), ...splatAt(0), ...set(X), ...rowOf(outputs), ...set(P)],
        parts.flatMap((sum, part) => [
          ...[...get(P), ...loadAt(at(part)), ...get(X), ...V_MUL, ...get(sum), ...V_ADD],
          ...set(sum),
        ]),
        bump(B, i32(4)),
        bump(C, i32(4)),
      ),
      ...parts.flatMap((sum, part) => [...get(D), ...get(sum), ...storeAt(at(part))]),
      ...bump(B, i32(-4 * candidates)),
      ...bump(C, i32(-4 * candidates)),
    ]
  }).flat()
}

/** (weights, gradient, first, second; rate, ε, β₁, β₂), sums as in `tfjs/fixedShape.ts`. */
const adam = (vectors: number): Code =>
  repeat(
    ROW,
    vectors,
    [...get(B), ...loadAt(0), ...set(X)],
    [...get(C), ...get(C), ...loadAt(0), ...get(NUMBERS[2]), ...SPLAT, ...V_MUL],
    [...get(X), ...V_ADD, ...tee(Y), ...storeAt(0)],
    [...get(D), ...get(D), ...loadAt(0), ...get(NUMBERS[3]), ...SPLAT, ...V_MUL],
    [...get(X), ...get(X), ...V_MUL, ...V_ADD, ...tee(Z), ...storeAt(0)],
    [...get(A), ...get(A), ...loadAt(0), ...get(NUMBERS[0]), ...SPLAT, ...get(Y), ...V_MUL],
    [...get(Z), ...V_SQRT, ...get(NUMBERS[1]), ...SPLAT, ...V_ADD, ...V_DIV, ...V_SUB],
    storeAt(0),
    [A, B, C, D].flatMap((pointer) => [...bump(pointer, i32(16))]),
  )

/** Imports `tower.memory`. @param lists of the products, by the name of their export */
export function assembleTower(
  shape: TowerShape,
  products: Readonly<Record<string, Product>>,
  scores: number,
  weights: number,
  pages: number,
): Uint8Array<ArrayBuffer> {
  const functions: Record<string, Code> = {
    ...Object.fromEntries(Object.entries(products).map(([key, it]) => [key, product(it)])),
    dots: dots(shape),
    residuals: residuals(scores / 4),
    backDots: backDots(shape),
    adam: adam(weights / 4),
  }
  const names = Object.keys(functions)
  const parameters = [[I32], [I32], [I32], [I32], [F32], [F32], [F32], [F32]]
  return Uint8Array.from([
    ...PREAMBLE,
    ...section(1, vector([[FUNCTION, ...vector(parameters), 0]])),
    ...section(2, vector([[...name('tower'), ...name('memory'), 0x02, 0x00, ...leb(pages)]])),
    ...section(3, vector(names.map(() => [0]))),
    ...section(7, vector(names.map((key, index) => [...name(key), 0, index]))),
    ...section(10, vector(Object.values(functions).map((code) => body(LOCALS, code)))),
  ])
}
