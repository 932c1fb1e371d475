/** @module How good probabilities of yes or no are: at a threshold, as a ranking, as numbers. */
import { logLoss } from '../../src/core/personal/learners/learner.ts'

export interface Classification {
  readonly accuracy: number
  readonly precision: number
  readonly recall: number
  readonly f1: number
  /** Average precision: the area under precision over recall. */
  readonly prAuc: number
  /** Mean, in nats. */
  readonly logLoss: number
  /** Expected calibration error over ten bins of equal count. */
  readonly ece: number
}

const BINS = 10

/** @param threshold a probability at or above it says yes. */
export function classify(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  threshold: number,
): Classification {
  const n = labels.length
  let hits = 0
  let said = 0
  let yes = 0
  let loss = 0
  for (let k = 0; k < n; k++) {
    const positive = probabilities[k] >= threshold
    if (positive) said++
    if (labels[k] === 1) yes++
    if (positive && labels[k] === 1) hits++
    loss += logLoss(probabilities[k], labels[k] === 1 ? 1 : 0)
  }
  return {
    accuracy: n > 0 ? (n - said - yes + 2 * hits) / n : 0,
    precision: said > 0 ? hits / said : 0,
    recall: yes > 0 ? hits / yes : 0,
    f1: said + yes > 0 ? (2 * hits) / (said + yes) : 0,
    prAuc: averagePrecision(probabilities, labels),
    logLoss: n > 0 ? loss / n : 0,
    ece: calibrationError(probabilities, labels),
  }
}

/** The threshold with the best F1; a yes from there up. */
export function bestThreshold(probabilities: ArrayLike<number>, labels: ArrayLike<number>): number {
  const order = descending(probabilities)
  const yes = countYes(labels)
  let best = { f1: -1, threshold: 0.5 }
  let hits = 0
  order.forEach((k, rank) => {
    if (labels[k] === 1) hits++
    const next = order[rank + 1]
    // Equal probabilities fall on one side together.
    if (next !== undefined && probabilities[next] === probabilities[k]) return
    const f1 = (2 * hits) / (rank + 1 + yes)
    if (f1 > best.f1) best = { f1, threshold: probabilities[k] }
  })
  return best.threshold
}

/** Σ (R_n − R_{n−1})·P_n over distinct thresholds. */
function averagePrecision(probabilities: ArrayLike<number>, labels: ArrayLike<number>): number {
  const order = descending(probabilities)
  const yes = countYes(labels)
  let area = 0
  let hits = 0
  let before = 0
  order.forEach((k, rank) => {
    if (labels[k] === 1) hits++
    const next = order[rank + 1]
    if (next !== undefined && probabilities[next] === probabilities[k]) return
    area += ((hits - before) / Math.max(1, yes)) * (hits / (rank + 1))
    before = hits
  })
  return area
}

export interface ProbabilityBin {
  readonly examples: number
  /** Mean probability, and the share that was yes. */
  readonly said: number
  readonly came: number
}

/** Ten bins of equally many examples, by probability descending. */
export function calibrationBins(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
): ProbabilityBin[] {
  const order = descending(probabilities)
  return Array.from({ length: BINS }, (_, bin) => {
    const from = Math.floor((bin * order.length) / BINS)
    const to = Math.floor(((bin + 1) * order.length) / BINS)
    let said = 0
    let came = 0
    for (let r = from; r < to; r++) {
      said += probabilities[order[r]]
      came += labels[order[r]]
    }
    const examples = to - from
    return { examples, said: said / Math.max(1, examples), came: came / Math.max(1, examples) }
  })
}

/** Mean distance between what was said and what came, over the bins. */
function calibrationError(probabilities: ArrayLike<number>, labels: ArrayLike<number>): number {
  const bins = calibrationBins(probabilities, labels)
  const error = bins.reduce((sum, bin) => sum + bin.examples * Math.abs(bin.said - bin.came), 0)
  return labels.length > 0 ? error / labels.length : 0
}

function descending(probabilities: ArrayLike<number>): Uint32Array {
  const order = Uint32Array.from({ length: probabilities.length }, (_, k) => k)
  return order.sort((a, b) => probabilities[b] - probabilities[a] || a - b)
}

function countYes(labels: ArrayLike<number>): number {
  let yes = 0
  for (let k = 0; k < labels.length; k++) yes += labels[k]
  return yes
}
