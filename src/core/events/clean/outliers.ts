/**
 * @module Statistical cleaning: drops events far from the usual. Unlike the fixed rules of `clean.ts`, it
 * needs many events to learn the usual, so it suits a shop's whole log. The few visits of one device are too
 * few (docs/results/noise.md).
 */
import { type Cleaned, dropShorterLooks, dropVisits, eventsBySession, runStages } from '../clean.ts'
import type { ShopperEvent } from '../event.ts'
import { type Fences, logFences } from './fences.ts'
import {
  growForest,
  type IsolationForest,
  isolationScore,
  type Uniform,
} from './isolationForest.ts'
import { describeVisit, rateOf } from './visit.ts'

/** Usual values learned from a log, as plain data. */
interface Usual {
  /** Dwell time on an item in milliseconds. */
  readonly dwell: Fences
  /** Events per minute of a visit. */
  readonly rate: Fences
  readonly forest: IsolationForest
}

/** Anomaly score above which a visit is dropped. In the paper anomalies are "very close to 1" and 0.5 is average. */
const ISOLATED = 0.6

/** Maximum fence in milliseconds. A longer view is always informative. */
const LONGEST_MISCLICK = 3000

export function learnUsual(events: readonly ShopperEvent[], random: Uniform): Usual {
  const visits = [...eventsBySession(events.toSorted((a, b) => a.time - b.time)).values()]
  const dwells = events.flatMap(({ dwellMs }) => (dwellMs === undefined ? [] : [dwellMs]))
  const rates = visits.flatMap((visit) => rateOf(visit) ?? [])
  return {
    dwell: logFences(dwells.map((dwell) => Math.max(1, dwell))),
    rate: logFences(rates),
    forest: growForest(visits.map(describeVisit), random),
  }
}

type OutlierStage = (events: readonly ShopperEvent[], usual: Usual) => readonly ShopperEvent[]

/** Drops views far shorter than usual; long views stay. */
const dropShortLooks: OutlierStage = (events, { dwell }) =>
  dropShorterLooks(events, Math.min(dwell.low, LONGEST_MISCLICK))

/** Drops visits far faster than usual. Slow visits stay, since they are tabs left open. */
const dropFastVisits: OutlierStage = (events, { rate }) =>
  dropVisits(events, (visit) => (rateOf(visit) ?? 0) > rate.high)

const dropIsolatedVisits: OutlierStage = (events, { forest }) =>
  dropVisits(events, (visit) => isolationScore(forest, describeVisit(visit)) > ISOLATED)

export const OUTLIER_STAGES: readonly (readonly [reason: string, stage: OutlierStage])[] = [
  ['short look', dropShortLooks],
  ['fast visit', dropFastVisits],
  ['isolated visit', dropIsolatedVisits],
]

/** Runs all stages in order; the report counts the dropped events of each. */
export const cleanOutliers = (
  events: readonly ShopperEvent[],
  usual: Usual,
  stages: typeof OUTLIER_STAGES = OUTLIER_STAGES,
): Cleaned => runStages(events, stages, usual)
