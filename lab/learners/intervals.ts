/**
 * @module Intervals over shoppers for what a stream of predictions was worth: whole shoppers are
 * drawn again and again, every arm on the same draws. An arm that depends on a seed is the mean over
 * its runs, on each draw.
 */

import type { Random } from '../../src/core/model/random.ts'
import { logLoss } from '../../src/core/personal/learners/learner.ts'
import { type Lift, liftOf, quantile } from '../../src/evaluate/bootstrap.ts'
import { ndcg } from '../../src/train/metrics.ts'
import { placesAfter } from './judge.ts'
import type { StreamCase } from './stream.ts'

export const DRAWN_METRICS = ['prAuc', 'logLoss', 'ece', 'ndcg@10'] as const

export type DrawnMetric = (typeof DRAWN_METRICS)[number]

export interface Interval {
  readonly lo: number
  readonly hi: number
}

export interface Difference extends Interval {
  readonly difference: number
}

export interface DrawnArm {
  readonly interval: Readonly<Record<DrawnMetric, Interval>>
  /** The arm − the reference, on the same draws. */
  readonly difference: Readonly<Record<DrawnMetric, Difference>>
  /** The arm / the reference − 1, likewise; null where the reference is at 0. */
  readonly lift: Readonly<Record<DrawnMetric, Lift | null>>
}

/** Probabilities of each case's candidates; one list a run. */
export type ArmRuns = readonly (readonly Float32Array[])[]

const BINS = 10

/**
 * @param stream what is judged, and `arms` what each said of it.
 * @param reference place of the arm that the others are compared with.
 */
export function drawShoppers(
  stream: readonly StreamCase[],
  arms: readonly ArmRuns[],
  reference: number,
  draws: number,
  random: Random,
): DrawnArm[] {
  const ids = new Map<string, number>()
  for (const { shopper } of stream) if (!ids.has(shopper)) ids.set(shopper, ids.size)
  const shopperOf = stream.map(({ shopper }) => ids.get(shopper) ?? 0)
  const runs = arms.map((arm) => arm.map((said) => prepare(stream, said, shopperOf)))
  const measured = (drawn: Float64Array) => runs.map((own) => meanOf(own, drawn))
  const whole = measured(new Float64Array(ids.size).fill(1))
  const values = arms.map(() => DRAWN_METRICS.map(() => new Float64Array(draws)))
  const drawn = new Float64Array(ids.size)
  for (let draw = 0; draw < draws; draw++) {
    drawn.fill(0)
    for (let s = 0; s < ids.size; s++) drawn[random.integer(ids.size)]++
    measured(drawn).forEach((own, arm) => {
      own.forEach((value, metric) => {
        values[arm][metric][draw] = value
      })
    })
  }
  return arms.map((_, arm) => ({
    interval: perMetric((metric) => ends(values[arm][metric])),
    difference: perMetric((metric) => ({
      difference: whole[arm][metric] - whole[reference][metric],
      ...ends(values[arm][metric].map((value, draw) => value - values[reference][metric][draw])),
    })),
    lift: perMetric((metric) =>
      liftOf(
        whole[arm][metric] / whole[reference][metric] - 1,
        values[arm][metric].map((value, draw) => value / values[reference][metric][draw] - 1),
      ),
    ),
  }))
}

interface Prepared {
  /** Of each example, by probability descending. */
  readonly shopper: Uint32Array
  readonly label: Uint8Array
  readonly said: Float64Array
  readonly loss: Float64Array
  /** Of each case. */
  readonly caseShopper: readonly number[]
  readonly caseQuality: Float64Array
}

function prepare(
  stream: readonly StreamCase[],
  said: readonly Float32Array[],
  shopperOf: readonly number[],
): Prepared {
  const all = stream.flatMap(({ examples }, k) =>
    examples.map(({ label }, c) => ({ label, p: said[k][c], shopper: shopperOf[k] })),
  )
  all.sort((a, b) => b.p - a.p)
  return {
    shopper: Uint32Array.from(all, ({ shopper }) => shopper),
    label: Uint8Array.from(all, ({ label }) => label),
    said: Float64Array.from(all, ({ p }) => p),
    loss: Float64Array.from(all, ({ p, label }) => logLoss(p, label)),
    caseShopper: shopperOf,
    caseQuality: Float64Array.from(stream, (one, k) => ndcg(placesAfter(one, said[k]), 10)),
  }
}

/** In the order of DRAWN_METRICS. */
function meanOf(runs: readonly Prepared[], drawn: Float64Array): number[] {
  const sums = DRAWN_METRICS.map(() => 0)
  for (const run of runs) {
    const values = [...ofExamples(run, drawn), ofCases(run, drawn)]
    values.forEach((value, metric) => {
      sums[metric] += value / runs.length
    })
  }
  return sums
}

/** Average precision, log-loss, and calibration error, each shopper's examples counted as drawn. */
function ofExamples(
  { shopper, label, said, loss }: Prepared,
  drawn: Float64Array,
): [number, number, number] {
  const n = label.length
  let area = 0
  let hits = 0
  let before = 0
  let seen = 0
  let sum = 0
  let error = 0
  let gap = 0
  let bin = 1
  for (let k = 0; k < n; k++) {
    const weight = drawn[shopper[k]]
    seen += weight
    if (label[k] === 1) hits += weight
    sum += weight * loss[k]
    gap += weight * (said[k] - label[k])
    // Equal probabilities fall on one side together.
    if (k + 1 === n || said[k + 1] !== said[k]) {
      if (seen > 0) area += (hits - before) * (hits / seen)
      before = hits
    }
    // The same bins as those of `calibrationBins`.
    if (k + 1 === Math.floor((bin * n) / BINS)) {
      error += Math.abs(gap)
      gap = 0
      while (k + 1 >= Math.floor((bin * n) / BINS)) bin++
    }
  }
  return [area / Math.max(1, hits), sum / Math.max(1, seen), error / Math.max(1, seen)]
}

function ofCases({ caseShopper, caseQuality }: Prepared, drawn: Float64Array): number {
  let sum = 0
  let total = 0
  for (let k = 0; k < caseQuality.length; k++) {
    sum += drawn[caseShopper[k]] * caseQuality[k]
    total += drawn[caseShopper[k]]
  }
  return sum / Math.max(1, total)
}

function perMetric<T>(of: (metric: number) => T): Readonly<Record<DrawnMetric, T>> {
  return Object.fromEntries(DRAWN_METRICS.map((name, metric) => [name, of(metric)])) as Record<
    DrawnMetric,
    T
  >
}

function ends(values: Float64Array): Interval {
  const sorted = Float64Array.from(values).sort()
  return { lo: quantile(sorted, 0.025), hi: quantile(sorted, 0.975) }
}
