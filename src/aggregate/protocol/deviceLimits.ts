/**
 * @module Limits that a device enforces on every server, against too little noise and rounds with too few people. ε
 * compares two rounds that differ in one device's update, and counts the noise of only one aggregator.
 */
export interface DeviceLimits {
  /** Largest ε of one update. */
  readonly epsilonPerReport: number
  /** Largest ε of all updates of a year. */
  readonly epsilonPerYear: number
  /** Largest δ at which both limits on ε hold. */
  readonly delta: number
  /** Least number of updates in a round. */
  readonly aggregationGoal: number
}

export const DEVICE_LIMITS: DeviceLimits = {
  epsilonPerReport: 2,
  epsilonPerYear: 4,
  delta: 1e-6,
  aggregationGoal: 1000,
}

/** Limits for a shop whose own configuration says that it is a demonstration. A demonstration has few devices. */
export const DEMONSTRATION_LIMITS: DeviceLimits = {
  epsilonPerReport: 11,
  epsilonPerYear: 27,
  delta: 1e-6,
  aggregationGoal: 2,
}

export const limitsOf = (demonstration: unknown): DeviceLimits =>
  demonstration === true ? DEMONSTRATION_LIMITS : DEVICE_LIMITS

/**
 * Tolerance for rounding: other implementations of the normal distribution, or sums in another sequence, differ in the
 * last digits.
 */
const ROUNDING = 1e-9
export const isAbove = (value: number, most: number): boolean => value > most * (1 + ROUNDING)
