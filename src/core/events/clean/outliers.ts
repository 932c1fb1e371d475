/**
 * @module Statistical cleaning: what is far from what is usual goes. Unlike the fixed rules of
 * `clean.ts` it needs enough events to know what is usual, so it is for a whole log, where the shop
 * has one; a device's own few visits are too few (docs/results/noise.md).
 */
import { type Cleaned, runStages } from '../clean.ts'
import type { ShopperEvent } from '../event.ts'
import { type Fences, logFences } from './fences.ts'
import {
  growForest,
  type IsolationForest,
  isolationScore,
  type Uniform,
} from './isolationForest.ts'
import { describeVisit, dropShorterLooks, dropVisits, eventsBySession, rateOf } from './visit.ts'

/** What is usual, learned from a log; plain data. */
interface Usual {
  /** Milliseconds on an item. */
  readonly dwell: Fences
  /** Events a minute of a visit. */
  readonly rate: Fences
  readonly forest: IsolationForest
}

/** A score above it is an anomaly: the paper calls scores "very close to 1" so, 0.5 the average. */
const ISOLATED = 0.6

/** A look this long says something, whatever is usual. Milliseconds. */
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

/** Looks far shorter than usual; a long look is no error. */
const dropShortLooks: OutlierStage = (events, { dwell }) =>
  dropShorterLooks(events, Math.min(dwell.low, LONGEST_MISCLICK))

/** Visits far faster than usual. A slow one is a tab left open. */
const dropFastVisits: OutlierStage = (events, { rate }) =>
  dropVisits(events, (visit) => (rateOf(visit) ?? 0) > rate.high)

const dropIsolatedVisits: OutlierStage = (events, { forest }) =>
  dropVisits(events, (visit) => isolationScore(forest, describeVisit(visit)) > ISOLATED)

export const OUTLIER_STAGES: readonly (readonly [reason: string, stage: OutlierStage])[] = [
  ['short look', dropShortLooks],
  ['fast visit', dropFastVisits],
  ['isolated visit', dropIsolatedVisits],
]

/** All stages in order; the report says how many events each dropped. */
export const cleanOutliers = (
  events: readonly ShopperEvent[],
  usual: Usual,
  stages: typeof OUTLIER_STAGES = OUTLIER_STAGES,
): Cleaned => runStages(events, stages, usual)
