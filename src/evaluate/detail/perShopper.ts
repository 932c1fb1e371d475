/** @module One value a shopper from values of cases: what means and intervals over shoppers stand on. */
import type { PairedValues } from '../bootstrap.ts'
import type { MeanOver } from '../summary.ts'
import type { CaseResult } from '../walk.ts'

export type CaseValue = (one: CaseResult) => number

/** Both values of each shopper's kept cases, averaged; a shopper without any has weight 0. */
export function pairOver(
  byShopper: readonly (readonly CaseResult[])[],
  value: CaseValue,
  over: CaseValue,
  meanOver: MeanOver,
  keep: (one: CaseResult, nth: number) => boolean = () => true,
): PairedValues {
  const pair = {
    values: new Float64Array(byShopper.length),
    over: new Float64Array(byShopper.length),
    weights: new Float64Array(byShopper.length),
  }
  byShopper.forEach((own, s) => {
    const kept = own.filter(keep)
    if (kept.length === 0) return
    pair.values[s] = kept.reduce((sum, one) => sum + value(one), 0) / kept.length
    pair.over[s] = kept.reduce((sum, one) => sum + over(one), 0) / kept.length
    pair.weights[s] = meanOver === 'cases' ? kept.length : 1
  })
  return pair
}
