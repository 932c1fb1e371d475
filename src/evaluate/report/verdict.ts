/** @module Concludes from the tables, in words, for the person who decides whether to switch it on. */
import { COUNTING_ARMS } from '../arms.ts'
import { findLift, type Lift } from '../results.ts'
import type { Summary } from '../summary.ts'
import { lift, share } from './numbers.ts'
import type { Part } from './report.ts'

type Ends = Pick<Lift, 'lo' | 'hi'>

/** Conclusions by NDCG@10 in the headline's question. */
export function verdict({ arms, lifts, change, owner, headline }: Summary): Part {
  const metric = `ndcg@10${headline}` as const
  const ships = change ? 'personal' : 'base-fresh'
  const ndcg = (name: string) => arms.find((arm) => arm.name === name)?.[metric] ?? 0
  const counting = [...COUNTING_ARMS].sort((a, b) => ndcg(b) - ndcg(a))[0]
  const overPopular = findLift(lifts, ships, 'popular-30d', metric)
  const overCounting = findLift(lifts, ships, counting, metric)
  const learned = findLift(lifts, 'personal', 'base-fresh', metric)
  return {
    title: `Verdict: ${inWords(overPopular, overCounting, counting)}`,
    text: [
      `Over what sold most in the last 30 days: ${lift(overPopular)}`,
      `Over ${counting}, the best that only counts: ${lift(overCounting)}`,
      ...(change
        ? [
            `Learning on the device ${effect(learned)}: ${lift(learned)}; ${change.worse.significant} shoppers (${share(change.worse.share)}) are significantly worse off`,
          ]
        : []),
      ...(owner
        ? [
            `Over the server of (a), for a browser from its first day on: ${lift(owner.blind.install.model.lift)}; with the shopper’s own orders handed over: ${lift(owner.blind.seeded.model.lift)}`,
          ]
        : []),
    ],
  }
}

/** @param counting the best counting arm */
export function inWords(
  overPopular: Ends | undefined,
  overCounting: Ends | undefined,
  counting: string,
): string {
  if (!overPopular || overPopular.lo <= 0)
    return 'leave it off. That it ranks better than what sells most is not proven'
  if (overCounting && overCounting.lo > 0)
    return 'switch it on. It ranks better than what sells most and than all that only counts'
  if (overCounting && overCounting.hi < 0)
    return `it ranks better than what sells most, but ${counting}, which only counts, ranks better still`
  return `it ranks better than what sells most; that it ranks better than ${counting}, which only counts, is not proven`
}

function effect(learned: Ends | undefined): string {
  if (learned && learned.lo > 0) return 'helps'
  return learned && learned.hi < 0 ? 'hurts' : 'adds nothing that is proven'
}
