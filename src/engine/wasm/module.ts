/**
 * @module Inner loop of a fit as WebAssembly SIMD, assembled for the given length of a row. The module has 2
 * KB, so it needs no compiler in the toolchain and no file to fetch.
 *
 * It scores eight rows, takes their exponentials, and adds the rows weighted by them, before the next eight.
 * So the second read of a row comes from the first-level cache. The exponent is the score minus a shift that
 * the caller guesses, because the largest score is known only at the end.
 */

import { assemble } from './assemble.ts'
import { exponential, LOWEST, numbers } from './exponential.ts'
import { splatLane, sumLanes } from './lanes.ts'
import {
  bump,
  type Code,
  F32,
  get,
  I32,
  I32_ADD,
  I32_LESS,
  I32_SUB,
  i32,
  loadAt,
  loopWhile,
  set,
  storeAt,
  tee,
  V_ADD,
  V_MAX,
  V_MUL,
  V_SPLAT,
  V_SUB,
  V_ZERO,
  V128,
} from './opcodes.ts'

/** Number of rows at a time; shorter cases are padded with offsets of −∞. */
export const GROUP_ROWS = 8
/** Bytes of which the length of a row is a multiple; rows are padded with zeros. */
export const ROW_BYTES = 16

const V_LESS_EQUAL: Code = [0xfd, 0x45]
const V_AND_NOT: Code = [0xfd, 0x4f]
/** Indices of the parameters, then of the locals. */
const [ROWS, OFFSETS, GROUPS, SHIFT, J, AT] = [0, 1, 2, 3, 4, 5]
const HALVES = [
  [6, 7, 8, 9],
  [10, 11, 12, 13],
]
const EIGHT = HALVES.flat()
const [X, Y, Z, SHIFTS, TOPS, TOTALS, NONE] = [14, 15, 16, 17, 18, 19, 20]
const LOCALS: readonly Code[] = [
  [2, I32],
  [15, V128],
]

/** Byte addresses of the kernel's input q and of its results. */
export function places(stride: number) {
  return { q: 0, sum: stride, totals: 2 * stride, tops: 2 * stride + 16, end: 2 * stride + 32 }
}

/** Repeats `each` for every four columns of the rows. */
const columns = (stride: number, ...each: Code[]): Code => [
  ...[...i32(0), ...set(J)],
  ...loopWhile([...get(ROWS), ...get(J), I32_ADD, ...set(AT)], ...each, [
    ...bump(J, i32(ROW_BYTES)),
    ...[...get(J), ...i32(stride), I32_LESS],
  ]),
]

/** Adds offsets to the four products on the stack; X = their exponentials, which are added to the totals. */
const shares = (offsets: number): Code => [
  ...[...get(OFFSETS), ...loadAt(offsets), ...V_ADD, ...tee(X)],
  ...[...get(TOPS), ...get(X), ...V_MAX, ...set(TOPS)],
  ...[...get(SHIFTS), ...V_SUB, ...tee(X)],
  // Exponentials below LOWEST become 0, so that padding is exactly 0; NaN stays NaN.
  ...[...numbers(LOWEST), ...V_LESS_EQUAL, ...set(NONE), ...exponential(X, Y, Z)],
  ...[...get(NONE), ...V_AND_NOT, ...tee(X), ...get(TOTALS), ...V_ADD, ...set(TOTALS)],
]

function caseGradient(stride: number): Code {
  const at = places(stride)
  const row = (r: number): Code => [...get(AT), ...loadAt(r * stride)]
  const splat = (to: readonly number[]): Code =>
    to.flatMap((local, l) => [...splatLane(X, l), ...set(local)])
  return [
    ...[...get(SHIFT), ...V_SPLAT, ...set(SHIFTS)],
    ...[...numbers(Number.NEGATIVE_INFINITY), ...set(TOPS), ...V_ZERO, ...set(TOTALS)],
    ...columns(stride, [...get(J), ...V_ZERO, ...storeAt(at.sum)]),
    ...loopWhile(
      EIGHT.flatMap((sum) => [...V_ZERO, ...set(sum)]),
      columns(
        stride,
        [...get(J), ...loadAt(at.q), ...set(X)],
        EIGHT.flatMap((sum, r) => [
          ...row(r),
          ...get(X),
          ...V_MUL,
          ...get(sum),
          ...V_ADD,
          ...set(sum),
        ]),
      ),
      [...sumLanes(HALVES[0], V_ADD), ...shares(0), ...get(X)],
      [...sumLanes(HALVES[1], V_ADD), ...shares(16), ...splat(HALVES[1])],
      [...set(X), ...splat(HALVES[0])],
      columns(
        stride,
        [...get(J), ...get(J), ...loadAt(at.sum)],
        EIGHT.flatMap((share, r) => [...row(r), ...get(share), ...V_MUL, ...V_ADD]),
        storeAt(at.sum),
      ),
      bump(ROWS, i32(GROUP_ROWS * stride)),
      bump(OFFSETS, i32(4 * GROUP_ROWS)),
      [...get(GROUPS), ...i32(1), I32_SUB, ...tee(GROUPS)],
    ),
    ...[...i32(0), ...get(TOTALS), ...storeAt(at.totals)],
    ...[...i32(0), ...get(TOPS), ...storeAt(at.tops)],
  ]
}

/** Assembles a `CaseGradient`. @param stride bytes of a row, a multiple of ROW_BYTES */
export const assembleFit = (stride: number): Uint8Array<ArrayBuffer> =>
  assemble({
    parameters: [I32, I32, I32, F32],
    results: [],
    locals: LOCALS,
    code: caseGradient(stride),
    pages: 1,
  })

/**
 * Kernel for the rows x_r with offsets o_r (byte addresses; `groups` ≥ 1 of eight rows). With e_r = exp(o_r +
 * x_r · q − shift) it writes Σ e_r x_r, Σ e_r and the largest o_r + x_r · q to `places(stride)`, the latter
 * two by lanes.
 */
export type CaseGradient = (rows: number, offsets: number, groups: number, shift: number) => void
