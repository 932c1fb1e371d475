/** @module Concludes from the tables, in words, for the person who decides whether to switch Nearside on. */
import type { InstalledSummary } from '../owner/summary.ts'
import type { Lift } from '../results.ts'
import type { Summary } from '../summary.ts'
import { lift, worseShoppers } from './numbers.ts'
import { questionOf } from './personal.ts'
import type { Part } from './report.ts'

type Ends = Pick<Lift, 'lo' | 'hi'>

/** Smallest proven gain of learning that helps a shopper; the fit costs download and processor time. */
const LEAST_GAIN = 0.01

const STORES = {
  install: 'A device that begins on the first tested day',
  seeded: 'The same, with the shopper’s own orders handed over',
  beginning: 'A device with the whole log',
} as const satisfies Record<InstalledSummary['store'], string>

/**
 * Conclusions about the next different product, for devices that start at install.
 * @param hasClicks whether the log has clicks
 */
export function verdict(summary: Summary, hasClicks: boolean): Part {
  const { installed, owner, seeds } = summary
  const [{ overPopular, overCounts, counts }] = installed
  return {
    title: `Verdict: ${inWords(overPopular, overCounts, counts)}`,
    text: [
      `NDCG@10 on ${questionOf(summary)}`,
      ...installed.flatMap(({ store, overPopular, overCounts, counts, learning }) => [
        `${STORES[store]}: over what sold most in the last 30 days ${lift(overPopular)}; over ${counts}, the best that only counts, ${lift(overCounts)}`,
        ...(learning
          ? [
              `Learning there ${effect(learning.lift)}: ${lift(learning.lift)}; by likelihood ${worseShoppers(learning.worse)} are significantly worse off. ${seeds > 1 ? `The intervals include the spread of ${seeds} training seeds` : 'One training seed was run'}`,
            ]
          : []),
      ]),
      ...(owner && hasClicks
        ? [
            `Over the better server of (a), for a browser from its first day on: ${lift(owner.blind.install.model.lift)}; with the shopper’s own orders handed over: ${lift(owner.blind.seeded.model.lift)}`,
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

/** Effect of learning; it helps only if the gain is proven to be worth its cost. */
export function effect(learned: Ends | undefined): string {
  if (!learned) return 'could not be measured'
  if (learned.lo >= LEAST_GAIN) return 'helps'
  if (learned.lo > 0) return 'gains less than a proven 1 %, too little to say that it helps'
  return learned.hi < 0 ? 'hurts' : 'adds nothing that is proven'
}
