/** @module What a prequential run was worth: as a classifier of candidates and as a ranking. */
import { hitRate, ndcg, recall, reciprocalRank } from '../../src/train/metrics.ts'
import { bestThreshold, type Classification, classify } from './classification.ts'
import type { StreamCase } from './stream.ts'

export interface Judgement extends Classification {
  readonly 'ndcg@10': number
  readonly 'hitRate@10': number
  readonly 'recall@20': number
  readonly 'mrr@20': number
  /** Standard deviation of log-loss from one stretch of the stream to the next. */
  readonly swing: number
}

/** Share of the stream that comes first and only serves to choose the threshold. */
const WARM_UP = 0.2
/** Cases of a stretch. */
export const STRETCH = 50

/** The first case that is judged. */
export function warmUp(stream: readonly StreamCase[]): number {
  return Math.floor(WARM_UP * stream.length)
}

/** Judges what comes after the warm-up; means are over cases. */
export function judge(
  stream: readonly StreamCase[],
  probabilities: readonly Float32Array[],
): Judgement {
  const start = warmUp(stream)
  const early = flatten(stream.slice(0, start), probabilities.slice(0, start))
  const tested = stream.slice(start)
  const given = probabilities.slice(start)
  const late = flatten(tested, given)
  const places = tested.map((one, k) => placesAfter(one, given[k]))
  const mean = (metric: (places: Int32Array) => number) =>
    places.reduce((sum, one) => sum + metric(one), 0) / Math.max(1, places.length)
  return {
    'ndcg@10': mean((one) => ndcg(one, 10)),
    'hitRate@10': mean((one) => hitRate(one, 10)),
    'recall@20': mean((one) => recall(one, 20)),
    'mrr@20': mean((one) => reciprocalRank(one, 20)),
    ...classify(late.probabilities, late.labels, bestThreshold(early.probabilities, early.labels)),
    swing: deviation(stretchLosses(tested, given)),
  }
}

/** Mean log-loss of each stretch of the stream. */
export function stretchLosses(
  stream: readonly StreamCase[],
  probabilities: readonly Float32Array[],
  stretch = STRETCH,
): number[] {
  const losses: number[] = []
  for (let from = 0; from + stretch <= stream.length; from += stretch) {
    const to = from + stretch
    const { probabilities: said, labels } = flatten(
      stream.slice(from, to),
      probabilities.slice(from, to),
    )
    losses.push(classify(said, labels, 0.5).logLoss)
  }
  return losses
}

/** Places of all targets once the candidates are sorted by probability; ties keep the base's order. */
export function placesAfter({ examples, outside }: StreamCase, said: Float32Array): Int32Array {
  const order = examples.map((_, k) => k).sort((a, b) => said[b] - said[a] || a - b)
  const inside = order.flatMap((k, place) => (examples[k].label === 1 ? [place] : []))
  return Int32Array.from([...inside, ...outside]).sort()
}

function flatten(stream: readonly StreamCase[], probabilities: readonly Float32Array[]) {
  return {
    probabilities: probabilities.flatMap((one) => [...one]),
    labels: stream.flatMap(({ examples }) => examples.map(({ label }) => label)),
  }
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((a, b) => a + b, 0) / Math.max(1, values.length)
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return Math.sqrt(squares / Math.max(1, values.length - 1))
}
