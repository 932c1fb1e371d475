/**
 * @module Statistical cleaning as a device does it: what is usual is learned from this shopper's own
 * visits, after the fixed rules. It finds scripts that the rules don't know, and costs ten times as
 * many of the shopper's own looks (docs/results/noise.md), so a shop has to choose it.
 */
import { createRandom } from '../../model/random.ts'
import type { Cleaned } from '../clean.ts'
import type { Cleaning } from '../cleanings.ts'
import { cleanOutliers, learnUsual, OUTLIER_STAGES } from './outliers.ts'
import { eventsBySession } from './visit.ts'

/** Of fewer visits nothing can be said to be unusual. */
export const LEAST_VISITS = 20
/** The same events are always cleaned the same way. */
const SEED = 1

/** @param cleaned what the rules have left. @returns the same, with what else was dropped in its report. */
export function cleanOwnVisits(cleaned: Cleaned, cleaning: Exclude<Cleaning, 'rules'>): Cleaned {
  const { events } = cleaned
  if (eventsBySession(events).size < LEAST_VISITS) return cleaned
  const stages = OUTLIER_STAGES.filter(
    ([reason]) => cleaning === 'isolation-forest' || reason !== 'isolated visit',
  )
  const { events: kept, report } = cleanOutliers(
    events,
    learnUsual(events, createRandom(SEED)),
    stages,
  )
  const dropped = { ...cleaned.report.dropped, ...report.dropped }
  return { events: kept, report: { kept: report.kept, dropped } }
}
