/**
 * @module DDM: an error rate that rises above the best it has been by two standard deviations is a
 * warning, by three a change.
 * @see Gama et al., Learning with drift detection, SBIA 2004
 */

/** Plain data. */
export interface Ddm {
  count: number
  /** Share of errors so far. */
  rate: number
  /** Rate and standard deviation when their sum was least. */
  leastRate: number
  leastDeviation: number
}

export type DdmState = 'stable' | 'warning' | 'drift'

const WARM_UP = 30
const WARNING_DEVIATIONS = 2
const DRIFT_DEVIATIONS = 3

export function createDdm(): Ddm {
  return { count: 0, rate: 0, leastRate: Infinity, leastDeviation: Infinity }
}

/** Takes one outcome. After `drift` it starts anew. */
export function updateDdm(state: Ddm, isError: boolean): DdmState {
  state.count++
  state.rate += (Number(isError) - state.rate) / state.count
  if (state.count <= WARM_UP) return 'stable'
  const deviation = Math.sqrt((state.rate * (1 - state.rate)) / state.count)
  const level = state.rate + deviation
  if (level <= state.leastRate + state.leastDeviation) {
    state.leastRate = state.rate
    state.leastDeviation = deviation
  }
  if (level > state.leastRate + DRIFT_DEVIATIONS * state.leastDeviation) {
    Object.assign(state, createDdm())
    return 'drift'
  }
  return level > state.leastRate + WARNING_DEVIATIONS * state.leastDeviation ? 'warning' : 'stable'
}
