/** @module Moves vector lanes: sums across lanes, and copies one lane to all. */
import { type Code, get, tee } from './opcodes.ts'

/** Selects four of the eight 32-bit lanes of two vectors. */
const pick = (...lanes: readonly number[]): Code => [
  0xfd,
  0x0d,
  ...lanes.flatMap((lane) => [4 * lane, 4 * lane + 1, 4 * lane + 2, 4 * lane + 3]),
]

/** Sums [Σa, Σb, Σc, Σd] of four vectors in locals, which are overwritten. */
export function sumLanes([a, b, c, d]: readonly number[], add: Code): Code {
  const halves = (x: number, y: number): Code => [
    ...[...get(x), ...get(y), ...pick(0, 4, 1, 5)],
    ...[...get(x), ...get(y), ...pick(2, 6, 3, 7)],
    ...add,
  ]
  return [
    ...[...halves(a, b), ...tee(a), ...halves(c, d), ...tee(c), ...pick(0, 1, 4, 5)],
    ...[...get(a), ...get(c), ...pick(2, 3, 6, 7)],
    ...add,
  ]
}

/** Copies one lane of a local to all four. */
export const splatLane = (local: number, lane: number): Code => [
  ...[...get(local), ...get(local), ...pick(lane, lane, lane, lane)],
]
