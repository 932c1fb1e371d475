/** @module The report's conclusion in words: whether a shop should switch Nearside on. */
import type { Light, OwnerAnswer } from '@nearside/core/ownerAnswer.ts'
import type { InstalledSummary } from '../owner/summary.ts'
import type { Lift } from '../results.ts'
import type { Summary } from '../summary.ts'
import { count, fixed, lift, worseShoppers } from './numbers.ts'
import { questionOf } from './personal.ts'
import type { Part } from './report.ts'

/** Smallest relative gain that is worth the download and processor time of learning. */
const LEAST_GAIN = 0.01

const STORES = {
  install: 'A device that begins on the first tested day',
  seeded: 'The same, with the shopper’s own orders handed over',
  beginning: 'A device with the whole log',
} as const satisfies Record<InstalledSummary['store'], string>

/**
 * Conclusions about predicting the next product other than the one being viewed, for devices whose history begins on
 * the first tested day.
 * @param hasClicks whether the log has clicks
 */
export function verdict(summary: Summary, answer: OwnerAnswer, hasClicks: boolean): Part {
  const { installed, owner, seeds } = summary
  return {
    title: `Verdict: ${answer.answer}`,
    text: [
      ...answer.because,
      `What would change it: ${answer.change}`,
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

/** Whether to switch Nearside on, judged by devices whose store begins on the first tested day. */
export function answerOf({ installed, owner }: Pick<Summary, 'installed' | 'owner'>): OwnerAnswer {
  const [{ overPopular, overCounts, counts }] = installed
  const hits = owner?.hits
  const thousand = (share: number) => count(1000 * share)
  const signed = (share: number) => `${share > 0 ? '+' : ''}${fixed(1000 * share, 0)}`
  return {
    ...conclude(overPopular, overCounts, counts),
    because: hits
      ? [
          `Of 1,000 visits that end in an order, Nearside’s list of ten shows a bought product in ${thousand(hits.ships)}, the ten best sellers in ${thousand(hits.popular)}: ${signed(hits.gain.mean)}, 95 % interval [${signed(hits.gain.lo)}, ${signed(hits.gain.hi)}]`,
          'Only a live hold-out can measure how many more orders that makes: nearside measure',
        ]
      : ['Too few shoppers ordered for a count of such visits'],
  }
}

/** @param counting name of the best counting baseline */
export function conclude(
  overPopular: Lift | undefined,
  overCounting: Lift | undefined,
  counting: string,
): Omit<OwnerAnswer, 'because'> {
  const say = (light: Light, answer: string, change: string) => ({ light, answer, change })
  const retry = 'A longer log, or one with clicks (import --clicks)'
  if (!overPopular) return say('amber', 'not yet, because too few shoppers could be tested', retry)
  if (overPopular.hi < 0)
    return say('red', 'don’t switch it on, because a list of best sellers ranks better', retry)
  if (overPopular.lo <= 0)
    return say(
      'amber',
      'not yet, because Nearside is not proven to rank better than a list of best sellers',
      moreShoppers(overPopular) ?? retry,
    )
  if (overCounting && overCounting.hi < 0)
    return say(
      'red',
      `don’t switch it on, because ${counting}, which only counts, ranks better, though Nearside beats the best sellers`,
      retry,
    )
  if (overCounting && overCounting.lo > 0)
    return say(
      'green',
      'switch it on, because it ranks better than the best sellers and than the best list that only counts',
      'A live hold-out that proves fewer orders (nearside measure), or an evaluation of the next model',
    )
  return say(
    'amber',
    `not yet, because Nearside beats the best sellers, but is not proven to beat ${counting}, which only counts`,
    (overCounting && moreShoppers(overCounting)) ?? retry,
  )
}

/**
 * Sentence on how many times as many shoppers would prove this gain; null without a gain. An interval's width is
 * inversely proportional to the root of the number of shoppers.
 */
function moreShoppers({ relative, lo }: Lift): string | null {
  const times = Math.ceil(((relative - lo) / relative) ** 2)
  return relative > 0
    ? `${count(times)} times as many tested shoppers would prove this gain, if it stays the same`
    : null
}

/** Effect of learning, in words. Learning helps only if a gain of `LEAST_GAIN` is proven. */
export function effect(learned: Pick<Lift, 'lo' | 'hi'> | undefined): string {
  if (!learned) return 'could not be measured'
  if (learned.lo >= LEAST_GAIN) return 'helps'
  if (learned.lo > 0) return 'gains less than a proven 1 %, too little to say that it helps'
  return learned.hi < 0 ? 'hurts' : 'has no proven gain'
}
