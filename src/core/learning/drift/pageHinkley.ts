/**
 * @module Page–Hinkley test: alarms when a stream's values exceed their running mean for long.
 * @see Page, Continuous inspection schemes, Biometrika 41, 1954
 */

interface PageHinkley {
  readonly threshold: number
  count: number
  mean: number
  sum: number
}

const LEAST_VALUES = 30
/** Tolerated excess over the mean. */
const TOLERANCE = 0.005
const FORGETTING = 1 - 0.0001

/** @param threshold summed excess at which it alarms, in the values' unit. */
export function createPageHinkley(threshold = 50): PageHinkley {
  return { threshold, count: 0, mean: 0, sum: 0 }
}

/** Adds one value. @returns true at an alarm, after which the test restarts */
export function updatePageHinkley(state: PageHinkley, value: number): boolean {
  state.count++
  state.mean += (value - state.mean) / state.count
  state.sum = Math.max(0, FORGETTING * state.sum + (value - state.mean - TOLERANCE))
  if (state.count + 1 < LEAST_VALUES || state.sum < state.threshold) return false
  Object.assign(state, createPageHinkley(state.threshold))
  return true
}
