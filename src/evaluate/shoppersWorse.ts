/**
 * @module How many shoppers an arm hurts, beyond what chance explains. For each shopper the
 * differences of their own cases are flipped in sign at random; the shopper counts as worse when
 * at most 5 % of the flips are as bad as what happened (one-sided, exact up to 12 cases).
 */
import type { Random } from '../core/model/random.ts'

const ALPHA = 0.05

/** Beyond 2^12 sign patterns, a sample of them. */
const EXACT_CASES = 12
const SAMPLED_FLIPS = 4095

export type WorseShoppers = ReturnType<typeof countWorse>

/** @param differences per shopper, per case: metric of the arm − metric of the other, gains up. */
export function countWorse(differences: readonly (readonly number[])[], random: Random) {
  /** Shoppers significantly worse. */
  let significant = 0
  /** Shoppers that the mirrored test calls better. */
  let better = 0
  /** Shoppers with enough differing cases that the test could call them worse. */
  let testable = 0
  /** How many the test would call worse on average if the arm made no difference at all. */
  let expectedByChance = 0
  for (const own of differences) {
    const moved = own.filter((difference) => difference !== 0)
    const size = falseAlarmRate(moved.length)
    if (size === 0) continue
    testable++
    expectedByChance += size
    if (signFlipP(moved, random) <= ALPHA) significant++
    else if (signFlipP(moved.map(negate), random) <= ALPHA) better++
  }
  /** Of all shoppers. */
  const share = differences.length > 0 ? significant / differences.length : 0
  return { significant, share, testable, better, expectedByChance }
}

/** The most that the exact test alarms when signs are fair coins: 0 below five differing cases. */
function falseAlarmRate(cases: number): number {
  if (cases > EXACT_CASES) return ALPHA
  return Math.floor(ALPHA * 2 ** cases) / 2 ** cases
}

/** P(sum under random signs ≤ observed sum). In (0, 1]; 1 for no differences. */
export function signFlipP(differences: readonly number[], random: Random): number {
  const observed = differences.reduce((sum, difference) => sum + difference, 0)
  // Sums of the same numbers in another order differ by rounding, and metrics are kept in single precision.
  const limit = observed + 1e-6 * differences.reduce((sum, x) => sum + Math.abs(x), 0)
  const isAsBad = (isFlipped: (k: number) => boolean) =>
    differences.reduce((sum, x, k) => sum + (isFlipped(k) ? -x : x), 0) <= limit
  const isExact = differences.length <= EXACT_CASES
  const patterns = isExact ? 2 ** differences.length : SAMPLED_FLIPS
  // What happened is one of the exact patterns, and is added to the sampled ones.
  let asBad = isExact ? 0 : 1
  for (let pattern = 0; pattern < patterns; pattern++)
    if (isAsBad((k) => (isExact ? ((pattern >> k) & 1) === 1 : random.next() < 0.5))) asBad++
  return asBad / (isExact ? patterns : patterns + 1)
}

function negate(value: number): number {
  return -value
}
