/**
 * @module Checks a policy's terms against a device's limits. The check has its own file, so that other code loads
 * without the privacy accountant.
 */
import { costOf } from '../privacy/gaussianAccountant.ts'
import { type DeviceLimits, isAbove } from './deviceLimits.ts'
import type { PolicyParameters } from './policy.ts'

/** Describes the first term of a policy that exceeds the device's limits; null if no term exceeds them. */
export function beyondLimits(
  terms: Pick<
    PolicyParameters,
    'aggregationGoal' | 'delta' | 'maxParticipations' | 'noiseMultiplier' | 'periodDays'
  >,
  limits: DeviceLimits,
): string | null {
  const { report, year } = costOf(terms)
  if (terms.aggregationGoal < limits.aggregationGoal)
    return `a round has ${terms.aggregationGoal} updates, the minimum is ${limits.aggregationGoal}`
  if (isAbove(report, limits.epsilonPerReport))
    return `one update costs ε = ${report.toFixed(2)}, the maximum is ${limits.epsilonPerReport}`
  if (isAbove(year, limits.epsilonPerYear))
    return `a year’s updates cost ε = ${year.toFixed(2)}, the maximum is ${limits.epsilonPerYear}`
  if (terms.delta > limits.delta) return `δ is ${terms.delta}, the maximum is ${limits.delta}`
  return null
}
