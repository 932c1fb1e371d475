/**
 * @module Statistical cleaning on a device, after the fixed rules: it learns from the shopper's own visits which values
 * are usual. It finds bots that the rules miss, but drops about eight times as many of the shopper's own views as the
 * rules do (docs/results/refused.md). So a shop has to opt in.
 */
import { createRandom } from '../../model/random.ts'
import { quantile } from '../../normal.ts'
import {
  type Cleaned,
  dropShorterLooks,
  dropVisits,
  eventsBySession,
  runStages,
  type Stages,
  variation,
} from '../clean.ts'
import type { Cleaning } from '../cleanings.ts'
import type { ShopperEvent } from '../event.ts'
import {
  growForest,
  type IsolationForest,
  isolationScore,
  type Uniform,
} from './isolationForest.ts'

/** Minimum number of visits to learn usual values from. */
export const LEAST_VISITS = 20
/** Fixed seed, so that the same events are always cleaned the same way. */
const SEED = 1

/** @param cleaned events after the fixed rules; the result's report also counts the events that the rules dropped */
export function cleanOwnVisits(cleaned: Cleaned, cleaning: Exclude<Cleaning, 'rules'>): Cleaned {
  const { events } = cleaned
  if (eventsBySession(events).size < LEAST_VISITS) return cleaned
  const stages = OUTLIER_STAGES.filter(
    ([reason]) => cleaning === 'isolation-forest' || reason !== 'isolated visit',
  )
  return runStages(events, stages, learnUsual(events, createRandom(SEED)), cleaned.report.dropped)
}

interface Usual {
  /** Limits of a usual dwell time on an item, in milliseconds. */
  readonly dwell: Fences
  /** Limits of a usual visit's events per minute. */
  readonly rate: Fences
  readonly forest: IsolationForest
}

/** Anomaly score above which a visit is dropped. Isolation forests give an average row 0.5, and an anomaly almost 1. */
const ISOLATED = 0.6

/** A view of at least this many milliseconds always counts, even if the shopper's usual views are far longer. */
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

export const OUTLIER_STAGES: Stages<Usual> = [
  [
    'short look',
    (events, { dwell }) => dropShorterLooks(events, Math.min(dwell.low, LONGEST_MISCLICK)),
  ],
  // Visits that are slower than usual stay, since people leave tabs open.
  [
    'fast visit',
    (events, { rate }) => dropVisits(events, (visit) => (rateOf(visit) ?? 0) > rate.high),
  ],
  [
    'isolated visit',
    (events, { forest }) =>
      dropVisits(events, (visit) => isolationScore(forest, describeVisit(visit)) > ISOLATED),
  ],
]

interface Fences {
  readonly low: number
  readonly high: number
}

/** Distance of a fence from its quartile, in interquartile ranges. */
const REACH = 1.5
const LEAST_VALUES = 8

/**
 * Tukey's fences, computed on the logarithms of the values, because dwell times and rates have a legitimate heavy tail.
 * @param values above 0; if there are too few values, the fences are infinite
 * @see Tukey 1977, Exploratory Data Analysis
 */
export function logFences(values: readonly number[]): Fences {
  if (values.length < LEAST_VALUES) return { low: 0, high: Number.POSITIVE_INFINITY }
  const sorted = Float64Array.from(values, Math.log).sort()
  const lower = quantile(sorted, 0.25)
  const upper = quantile(sorted, 0.75)
  const range = upper - lower
  return { low: Math.exp(lower - REACH * range), high: Math.exp(upper + REACH * range) }
}

/** Events per minute are computed as if each visit lasted at least this many milliseconds. */
const LEAST_SPAN = 1000
const SHORT_LOOK = 1000
/** Median dwell time in milliseconds that is assumed for a visit without any measured dwell time. */
const USUAL_DWELL = 20_000

/** Events per minute; null for fewer than three events, which have no meaningful rate. */
export function rateOf(visit: readonly ShopperEvent[]): number | null {
  if (visit.length < 3) return null
  const span = visit[visit.length - 1].time - visit[0].time
  return (60_000 * (visit.length - 1)) / Math.max(LEAST_SPAN, span)
}

/**
 * Features of a visit for the isolation forest.
 * @param visit ascending by time
 * @returns [7], finite: logarithms of events, of events per minute and of the median interval; coefficient of variation
 * of the intervals; logarithm of the median dwell; share of short views; share of distinct items
 */
export function describeVisit(visit: readonly ShopperEvent[]): Float64Array {
  const intervals = visit.slice(1).map(({ time }, k) => Math.max(1, time - visit[k].time))
  const dwells = visit.flatMap(({ dwellMs }) => (dwellMs === undefined ? [] : [dwellMs]))
  const items = visit.flatMap((event) => [...event.items])
  const short = dwells.filter((dwell) => dwell < SHORT_LOOK).length
  return Float64Array.of(
    Math.log(visit.length),
    Math.log(rateOf(visit) ?? 1),
    Math.log(median(intervals, 60_000)),
    // With too few intervals, assumes a coefficient of variation of 1, which is typical of a person.
    intervals.length < 3 ? 1 : variation(intervals),
    Math.log(Math.max(1, median(dwells, USUAL_DWELL))),
    dwells.length > 0 ? short / dwells.length : 0,
    items.length > 0 ? new Set(items).size / items.length : 1,
  )
}

function median(values: readonly number[], otherwise: number): number {
  return values.length === 0 ? otherwise : quantile(Float64Array.from(values).sort(), 0.5)
}
