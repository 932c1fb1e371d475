/** @module The ways of cleaning that are compared. */

import {
  cleanOutliers,
  dropFastVisits,
  dropIsolatedVisits,
  dropShortLooks,
  learnUsual,
  type OutlierStage,
  type Usual,
} from '../../events/clean/outliers.ts'
import { clean } from '../../events/clean.ts'
import type { ShopperEvent } from '../../events/event.ts'
import { createRandom } from '../../model/random.ts'

export type Cleaner = (events: readonly ShopperEvent[], usual: Usual) => readonly ShopperEvent[]

const rules = (events: readonly ShopperEvent[]): readonly ShopperEvent[] =>
  clean(events, { now: Number.POSITIVE_INFINITY, known: () => true }).events

function statistics(...stages: readonly (readonly [string, OutlierStage])[]): Cleaner {
  return (events, usual) => cleanOutliers(events, usual, stages).events
}

const looks = ['short look', dropShortLooks] as const
const rates = ['fast visit', dropFastVisits] as const
const forest = ['isolated visit', dropIsolatedVisits] as const

/** What is usual is learned from the shop's log, but for the last one, which has its own events. */
export const CLEANERS = {
  none: (events) => events,
  rules,
  'IQR of dwell': statistics(looks),
  'IQR of rate': statistics(rates),
  forest: statistics(forest),
  'rules + IQR': (events, usual) => statistics(looks, rates)(rules(events), usual),
  'rules + IQR + forest': (events, usual) => statistics(looks, rates, forest)(rules(events), usual),
  'the same, device alone': (events) => {
    const kept = rules(events)
    return statistics(looks, rates, forest)(kept, learnUsual(kept, createRandom(1)))
  },
} as const satisfies Readonly<Record<string, Cleaner>>

export type CleanerName = keyof typeof CLEANERS
