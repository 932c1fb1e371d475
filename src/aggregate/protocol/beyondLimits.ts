/** @module Whether a policy's terms keep to a device's limits. Apart from these: pages need no accountant. */
import { costOf } from '../privacy/gaussianAccountant.ts'
import { type DeviceLimits, isAbove } from './deviceLimits.ts'
import type { PolicyParameters } from './policy.ts'

/** The first thing in which these terms go beyond the limits, in words; null where they keep to them. */
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
