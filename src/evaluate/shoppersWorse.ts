/**
 * @module Counts the shoppers that an arm harms beyond chance, by a sign-flip test on the differences between two arms
 * in each shopper's cases: a shopper counts as worse if at most 5 % of the patterns of signs give a sum as low as the
 * observed one (one-sided, exact up to 12 cases).
 */
import type { Random } from '@nearside/core/model/random.ts'

const ALPHA = 0.05

/** Maximum number of cases for which the test tries all patterns of signs; with more cases, it tries a sample. */
const EXACT_CASES = 12
const SAMPLED_FLIPS = 4095

/** @param differences by shopper and case: metric of the arm minus metric of the other arm; positive is better */
export function countWorse(differences: readonly (readonly number[])[], random: Random) {
  /** Number of shoppers for whom the arm is significantly worse. */
  let significant = 0
  /** Number of shoppers for whom the arm is significantly better, by the mirrored test. */
  let better = 0
  /** Number of shoppers with enough differing cases for the test to reach significance. */
  let testable = 0
  /** Expected number of significantly worse shoppers if the arm made no difference. */
  let expectedByChance = 0
  for (const own of differences) {
    const moved = own.filter((difference) => difference !== 0)
    const size = falseAlarmRate(moved.length)
    if (size === 0) continue
    testable++
    expectedByChance += size
    const mirrored = moved.map((difference) => -difference)
    if (signFlipP(moved, random) <= ALPHA) significant++
    else if (signFlipP(mirrored, random) <= ALPHA) better++
  }
  const share = differences.length > 0 ? significant / differences.length : 0
  return { significant, share, testable, better, expectedByChance }
}

/** Largest possible false-alarm rate, up to α, of the exact test with this number of differing cases; 0 below five. */
function falseAlarmRate(cases: number): number {
  if (cases > EXACT_CASES) return ALPHA
  return Math.floor(ALPHA * 2 ** cases) / 2 ** cases
}

/** Probability that the sum under random signs is at most the observed sum. In (0, 1]; 1 for no differences. */
export function signFlipP(differences: readonly number[], random: Random): number {
  const observed = differences.reduce((sum, difference) => sum + difference, 0)
  // Sums of the same numbers in another order differ by rounding, and metrics have single precision.
  const limit = observed + 1e-6 * differences.reduce((sum, x) => sum + Math.abs(x), 0)
  const isAsBad = (isFlipped: (k: number) => boolean) =>
    differences.reduce((sum, x, k) => sum + (isFlipped(k) ? -x : x), 0) <= limit
  const isExact = differences.length <= EXACT_CASES
  const patterns = isExact ? 2 ** differences.length : SAMPLED_FLIPS
  // All patterns include the observed pattern; to a sample, it is added.
  let asBad = isExact ? 0 : 1
  for (let pattern = 0; pattern < patterns; pattern++)
    if (isAsBad((k) => (isExact ? ((pattern >> k) & 1) === 1 : random.next() < 0.5))) asBad++
  return asBad / (isExact ? patterns : patterns + 1)
}
