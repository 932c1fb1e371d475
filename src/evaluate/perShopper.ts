/** @module Averages values of cases into one value for each shopper; means and intervals over shoppers use these. */
import { METRICS, type MetricName } from '@nearside/train/metrics.ts'
import { ARMS, type ArmName } from './arms.ts'
import { type PairedValues, weightedMean } from './bootstrap.ts'
import { type CaseResult, metricAt } from './walk.ts'

export type ByShopper = readonly (readonly CaseResult[])[]

type CaseValue = (one: CaseResult) => number

/** @param nth index among the shopper's cases, from 0 */
export type Keep = (one: CaseResult, nth: number) => boolean

export function groupByShopper<One extends { readonly shopper: string }>(
  results: readonly One[],
): readonly (readonly One[])[] {
  const groups = new Map<string, One[]>()
  for (const result of results) {
    const own = groups.get(result.shopper)
    if (own) own.push(result)
    else groups.set(result.shopper, [result])
  }
  return [...groups.values()]
}

export function metricOf(arm: ArmName, metric: MetricName, onlyNew = false): CaseValue {
  const at = metricAt(ARMS.indexOf(arm), METRICS.indexOf(metric), onlyNew)
  return ({ metrics }) => metrics[at]
}

/** Averages both values over each shopper's selected cases; a shopper without any has weight 0. */
export function pairOver(
  byShopper: ByShopper,
  value: CaseValue,
  over: CaseValue,
  keep: Keep = () => true,
): PairedValues {
  const pair = {
    values: new Float64Array(byShopper.length),
    over: new Float64Array(byShopper.length),
    weights: new Float64Array(byShopper.length),
  }
  byShopper.forEach((own, s) => {
    const kept = own.filter(keep)
    if (kept.length === 0) return
    pair.values[s] = meanOf(kept, value)
    pair.over[s] = meanOf(kept, over)
    // A wholesaler with a hundred orders counts as much as a new shopper with one.
    pair.weights[s] = 1
  })
  return pair
}

export function meanOf(cases: readonly CaseResult[], value: CaseValue): number {
  return cases.reduce((sum, one) => sum + value(one), 0) / cases.length
}

/** Mean over the shoppers' selected cases; 0 where there are none. */
export function meanOverAll(byShopper: ByShopper, value: CaseValue, keep?: Keep): number {
  const { values, weights } = pairOver(byShopper, value, value, keep)
  return weightedMean(values, weights)
}
