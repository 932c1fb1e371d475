/**
 * @module Statistical cleaning on a device, after the fixed rules; it learns the usual values from the shopper's own
 * visits. It finds scripts that the rules miss, but drops about eight times as many of the shopper's own views as
 * the rules (docs/results/noise.md). So a shop has to opt in.
 */
import { createRandom } from '../../model/random.ts'
import { type Cleaned, eventsBySession } from '../clean.ts'
import type { Cleaning } from '../cleanings.ts'
import { cleanOutliers, learnUsual, OUTLIER_STAGES } from './outliers.ts'

/** Minimum number of visits for learning the usual. */
export const LEAST_VISITS = 20
/** Fixed seed, so that the same events are always cleaned the same way. */
const SEED = 1

/**
 * @param cleaned events after the fixed rules. @returns the remaining events, with further drops in the
 *   report
 */
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
