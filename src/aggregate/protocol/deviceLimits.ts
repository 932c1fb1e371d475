/**
 * @module What a device refuses, whoever runs the servers: noise that hides too little, and a round
 * of too few people. ε is by substitution, under the noise of one aggregator.
 */
import { costOf } from '../privacy/gaussianAccountant.ts'
import type { PolicyParameters } from './policy.ts'

export interface DeviceLimits {
  /** Largest ε of one update. */
  readonly epsilonPerReport: number
  /** Largest ε of all updates of a year. */
  readonly epsilonPerYear: number
  /** Largest δ at which both hold. */
  readonly delta: number
  /** Fewest updates of a round. */
  readonly aggregationGoal: number
}

export const DEVICE_LIMITS: DeviceLimits = {
  epsilonPerReport: 2,
  epsilonPerYear: 4,
  delta: 1e-6,
  aggregationGoal: 1000,
}

/** For a shop whose own configuration says that it is a demonstration: nobody else's crowd is there. */
export const DEMONSTRATION_LIMITS: DeviceLimits = {
  epsilonPerReport: 11,
  epsilonPerYear: 27,
  delta: 1e-6,
  aggregationGoal: 2,
}

export const limitsOf = (demonstration: unknown): DeviceLimits =>
  demonstration === true ? DEMONSTRATION_LIMITS : DEVICE_LIMITS

/** Two implementations of Φ, and sums in another order, differ in the last digits. */
const ROUNDING = 1e-9
export const isAbove = (value: number, most: number): boolean => value > most * (1 + ROUNDING)

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
