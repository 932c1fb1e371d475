/**
 * @module A tile of the catalogue against a group of cases in WebAssembly with SIMD, assembled for
 * its number of columns: 64 items × 16 cases, so that all of it stays in the first cache. Matrices
 * with a case in each lane are [row][16]: queries and gradient by column, scores by item.
 *
 * Products are blocks of 4 items (or columns) × 8 cases, their sums in registers. `exp` is ours, by
 * additions and multiplications only: the same bits everywhere.
 */
import { exponential } from '../wasm/exponential.ts'
import {
  body,
  bump,
  type Code,
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
  V_MAX,
  V_MUL,
  V_SUB,
  V128,
  vector,
} from '../wasm/opcodes.ts'

export const TILE = 64
export const LANES = 16
const LINE = 4 * LANES
const BLOCK = 4
const UNROLL = 4

const I_TO_FLOAT: Code = [0xfd, 0xfa, 0x01]
const WIDEN_LOW: Code = [0xfd, 0xa7, 0x01]
const WIDEN_HIGH: Code = [0xfd, 0xa8, 0x01]
const loadAt = (offset: number): Code => [0xfd, 0x00, 4, ...leb(offset)]
const storeAt = (offset: number): Code => [0xfd, 0x0b, 4, ...leb(offset)]
const splatAt = (offset: number): Code => [0xfd, 0x09, 2, ...leb(offset)]
/** Eight int8, widened to int16. */
const loadWideAt = (offset: number): Code => [0xfd, 0x01, 3, ...leb(offset)]
/** Parameters of every function, then its locals. */
const [A, B, C, D, COUNT, INNER, P, Q] = [0, 1, 2, 3, 4, 5, 6, 7]
const SUMS = [8, 9, 10, 11, 12, 13, 14, 15]
const [X, Y, Z] = [16, 17, 18]
const LOCALS: readonly Code[] = [
  [4, I32],
  [11, V128],
]
const HALVES = [0, 32] as const

const repeat = (counter: number, times: number, ...content: Code[]): Code => [
  ...i32(times),
  ...set(counter),
  ...loopWhile(...content, [...get(counter), ...i32(1), I32_SUB, ...tee(counter)]),
]

/** sums[r][lane half] += splat(P + scalar(r, u)) · (Q + 64u), u = 0…UNROLL−1. */
const products = (scalar: (r: number, u: number) => number): Code =>
  Array.from({ length: UNROLL }, (_, u) => [
    ...[...get(Q), ...loadAt(LINE * u), ...set(X), ...get(Q), ...loadAt(LINE * u + 16), ...set(Y)],
    ...Array.from({ length: BLOCK }, (__, r) => [
      ...[...get(P), ...splatAt(scalar(r, u)), ...set(Z)],
      ...[...get(Z), ...get(X), ...V_MUL, ...get(SUMS[2 * r]), ...V_ADD, ...set(SUMS[2 * r])],
      ...[...get(Z), ...get(Y), ...V_MUL, ...get(SUMS[2 * r + 1]), ...V_ADD],
      ...set(SUMS[2 * r + 1]),
    ]).flat(),
  ]).flat()

const storeSums = (to: number, offset: number): Code =>
  SUMS.flatMap((sum, n) => [
    ...get(to),
    ...get(sum),
    ...storeAt(offset + LINE * (n >> 1) + 16 * (n & 1)),
  ])

/** (rows, queries, bias, scores): scores[i] = bias[i] + rows[i] · queries. */
const score = (columns: number): Code =>
  repeat(
    COUNT,
    TILE / BLOCK,
    HALVES.flatMap((half) => [
      ...SUMS.flatMap((sum, n) => [...get(C), ...splatAt(4 * (n >> 1)), ...set(sum)]),
      ...[...get(A), ...set(P), ...get(B), ...i32(half), 0x6a, ...set(Q)],
      ...repeat(
        INNER,
        columns / UNROLL,
        products((r, u) => 4 * columns * r + 4 * u),
        bump(P, i32(4 * UNROLL)),
        bump(Q, i32(LINE * UNROLL)),
      ),
      ...storeSums(D, half),
    ]),
    bump(A, i32(4 * columns * BLOCK)),
    bump(C, i32(4 * BLOCK)),
    bump(D, i32(LINE * BLOCK)),
  )

/** (rows, scores, gradient, –): gradient[j] += Σ_i rows[i][j] · scores[i]. */
const add = (columns: number): Code =>
  repeat(
    COUNT,
    columns / BLOCK,
    HALVES.flatMap((half) => [
      ...SUMS.flatMap((sum, n) => [
        ...get(C),
        ...loadAt(half + LINE * (n >> 1) + 16 * (n & 1)),
        ...set(sum),
      ]),
      ...[...get(A), ...set(P), ...get(B), ...i32(half), 0x6a, ...set(Q)],
      ...repeat(
        INNER,
        TILE / UNROLL,
        products((r, u) => 4 * r + 4 * columns * u),
        bump(P, i32(4 * columns * UNROLL)),
        bump(Q, i32(LINE * UNROLL)),
      ),
      ...storeSums(C, half),
    ]),
    bump(A, i32(4 * BLOCK)),
    bump(C, i32(LINE * BLOCK)),
  )

const quarters = [0, 16, 32, 48]

/** (scores, tops, –, –): the largest of each case. */
const largest: Code = [
  ...quarters.flatMap((at, n) => [...get(A), ...loadAt(at), ...set(SUMS[n])]),
  ...repeat(
    COUNT,
    TILE,
    quarters.flatMap((at, n) => [
      ...[...get(A), ...loadAt(at), ...get(SUMS[n]), ...V_MAX, ...set(SUMS[n])],
    ]),
    bump(A, i32(LINE)),
  ),
  ...quarters.flatMap((at, n) => [...get(B), ...get(SUMS[n]), ...storeAt(at)]),
]

/** (scores, shift, sums, –): scores ← exp(scores − shift), sums += their sum by case. */
const exps: Code = [
  ...quarters.flatMap((at, n) => [
    ...[...get(C), ...loadAt(at), ...set(SUMS[n]), ...get(B), ...loadAt(at), ...set(SUMS[n + 4])],
  ]),
  ...repeat(
    COUNT,
    TILE,
    quarters.flatMap((at, n) => [
      ...[...get(A), ...loadAt(at), ...get(SUMS[n + 4]), ...V_SUB, ...set(X)],
      ...[...exponential(X, Y, Z), ...set(X), ...get(A), ...get(X), ...storeAt(at)],
      ...[...get(SUMS[n]), ...get(X), ...V_ADD, ...set(SUMS[n])],
    ]),
    bump(A, i32(LINE)),
  ),
  ...quarters.flatMap((at, n) => [...get(C), ...get(SUMS[n]), ...storeAt(at)]),
]

/** (levels, scales, rows, –): rows[i] = levels[i] · scale[i]. */
const widen = (columns: number): Code =>
  repeat(
    COUNT,
    TILE,
    [...get(B), ...splatAt(0), ...set(Z)],
    Array.from({ length: columns / 8 }, (_, part) => [
      ...[...get(A), ...loadWideAt(8 * part), ...set(X)],
      ...[WIDEN_LOW, WIDEN_HIGH].flatMap((half, h) => [
        ...[...get(C), ...get(X), ...half, ...I_TO_FLOAT, ...get(Z), ...V_MUL],
        ...storeAt(32 * part + 16 * h),
      ]),
    ]).flat(),
    bump(A, i32(columns)),
    bump(B, i32(4)),
    bump(C, i32(4 * columns)),
  )

/**
 * Imports `softmax.memory`, exports the five functions.
 * @param columns a multiple of 8
 * @param shared whether the memory is shared between threads
 */
export function assembleSoftmax(
  columns: number,
  pages: number,
  shared = false,
): Uint8Array<ArrayBuffer> {
  const functions: Record<keyof SoftmaxModule, Code> = {
    score: score(columns),
    largest,
    exps,
    add: add(columns),
    widen: widen(columns),
  }
  const names = Object.keys(functions)
  return Uint8Array.from([
    ...PREAMBLE,
    ...section(1, vector([[FUNCTION, ...vector([[I32], [I32], [I32], [I32]]), 0]])),
    ...section(
      2,
      vector([[...name('softmax'), ...name('memory'), 0x02, ...limits(pages, shared)]]),
    ),
    ...section(3, vector(names.map(() => [0]))),
    ...section(7, vector(names.map((key, index) => [...name(key), 0, index]))),
    ...section(10, vector(Object.values(functions).map((code) => body(LOCALS, code)))),
  ])
}

/** Byte addresses. */
type Kernel = (a: number, b: number, c: number, d: number) => void

export interface SoftmaxModule {
  readonly score: Kernel
  readonly largest: Kernel
  readonly exps: Kernel
  readonly add: Kernel
  readonly widen: Kernel
}
