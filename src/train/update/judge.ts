/** @module Compares two models' rankings of the same cases, and detects whether ranking has broken. */
import type { Case } from '@nearside/core/features/history.ts'
import { adwinMean, createAdwin, updateAdwin } from '@nearside/core/learning/drift/adwin.ts'
import { mean, shopperMeans, standardError } from '../estimates.ts'
import type { Served } from './served.ts'

/** NDCG@10 of the cases: means over their shoppers. */
export interface Comparison {
  readonly shoppers: number
  readonly before: number
  readonly after: number
  /** Standard error of the paired difference `after` − `before`. */
  readonly error: number
}

/** Half width of a two-sided 95 % interval, in standard errors. */
const SURE = 1.96

/** @param before results for the same cases, and possibly for further cases */
export function compare(before: Served, after: Served): Comparison {
  const known = new Map(before.cases.map((one, c) => [keyOf(one), before.ndcgs[c]]))
  const was = (one: Case) => known.get(keyOf(one)) ?? 0
  const { cases, ndcgs } = after
  const gains = shopperMeans(cases, (one, c) => ndcgs[c] - was(one))
  return {
    shoppers: gains.length,
    before: mean(shopperMeans(cases, was)),
    after: mean(shopperMeans(cases, (_, c) => ndcgs[c])),
    error: standardError(gains),
  }
}

const keyOf = ({ shopper, time }: Case) => `${time} ${shopper}`

/** Always false for a single shopper, which has no spread. */
export function isSurelyWorse({ shoppers, before, after, error }: Comparison): boolean {
  return shoppers > 1 && after - before + SURE * error < 0
}

/** Drop of NDCG@10, if ADWIN detects a change for the worse among the cases since `since`; else null. */
export function fallOf({ cases, ndcgs }: Served, since: number): string | null {
  const errors = createAdwin()
  const order = [...cases.keys()].sort((a, b) => cases[a].time - cases[b].time)
  for (const c of order) {
    const earlier = adwinMean(errors)
    if (!updateAdwin(errors, 1 - ndcgs[c]) || cases[c].time < since) continue
    const now = adwinMean(errors)
    if (now > earlier)
      return `NDCG@10 of new orders fell from ${(1 - earlier).toFixed(3)} to ${(1 - now).toFixed(3)}`
  }
  return null
}
