/** @module The ways of cleaning that are compared. */

import {
  cleanOutliers,
  dropFastVisits,
  dropIsolatedVisits,
  dropShortLooks,
  learnUsual,
  type OutlierStage,
  type Usual,
} from '../../src/core/events/clean/outliers.ts'
import { type Cleaned, clean } from '../../src/core/events/clean.ts'
import type { ShopperEvent } from '../../src/core/events/event.ts'
import { createRandom } from '../../src/core/model/random.ts'

export type Cleaner = (events: readonly ShopperEvent[], usual: Usual) => Cleaned

const rules = (events: readonly ShopperEvent[]): Cleaned =>
  clean(events, { now: Number.POSITIVE_INFINITY, known: () => true })

function statistics(...stages: readonly (readonly [string, OutlierStage])[]): Cleaner {
  return (events, usual) => cleanOutliers(events, usual, stages)
}

const looks = ['short look', dropShortLooks] as const
const rates = ['fast visit', dropFastVisits] as const
const forest = ['isolated visit', dropIsolatedVisits] as const

/** First the one, then the other on what is left; what both dropped. */
function inTurn(first: Cleaned, next: (events: readonly ShopperEvent[]) => Cleaned): Cleaned {
  const { events, report } = next(first.events)
  const dropped = { ...first.report.dropped, ...report.dropped }
  return { events, report: { kept: report.kept, dropped } }
}

/** What is usual is learned from the shop's log, but for the last one, which has its own events. */
export const CLEANERS = {
  none: (events) => ({ events, report: { kept: events.length, dropped: {} } }),
  rules,
  'IQR of dwell': statistics(looks),
  'IQR of rate': statistics(rates),
  forest: statistics(forest),
  'rules + IQR': (events, usual) =>
    inTurn(rules(events), (kept) => statistics(looks, rates)(kept, usual)),
  'rules + IQR + forest': (events, usual) =>
    inTurn(rules(events), (kept) => statistics(looks, rates, forest)(kept, usual)),
  'the same, device alone': (events) =>
    inTurn(rules(events), (kept) =>
      statistics(looks, rates, forest)(kept, learnUsual(kept, createRandom(1))),
    ),
} as const satisfies Readonly<Record<string, Cleaner>>

export type CleanerName = keyof typeof CLEANERS
