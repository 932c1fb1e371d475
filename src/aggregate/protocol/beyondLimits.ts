/**
 * @module Checks a policy's terms against a device's limits. A file of its own, so that pages load no privacy
 * accountant.
 */
import { costOf } from '../privacy/gaussianAccountant.ts'
import { type DeviceLimits, isAbove } from './deviceLimits.ts'
import type { PolicyParameters } from './policy.ts'

/** Describes the first term that exceeds the limits; null where all terms keep to them. */
export function beyondLimits(
  terms: Pick<
    PolicyParameters,
    'aggregationGoal' | 'delta' | 'maxParticipations' | 'noiseMultiplier' | 'periodDays'
  >,
  limits: DeviceLimits,
): string | null {
  const { report, year } = costOf(terms)
  if (terms.aggregationGoal < limits.aggregationGoal)
    return `a round has ${terms.aggregationGoal} updates, the fewest allowed are ${limits.aggregationGoal}`
  if (isAbove(report, limits.epsilonPerReport))
    return `one update costs ε = ${report.toFixed(2)}, the most allowed is ${limits.epsilonPerReport}`
  if (isAbove(year, limits.epsilonPerYear))
    return `a year’s updates cost ε = ${year.toFixed(2)}, the most allowed is ${limits.epsilonPerYear}`
  if (terms.delta > limits.delta) return `δ is ${terms.delta}, the most allowed is ${limits.delta}`
  return null
}
