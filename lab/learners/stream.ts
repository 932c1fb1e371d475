/**
 * @module All tested shoppers' cases as one stream in time order: the base model's top candidates
 * of each case, their features, and which of them were bought.
 */
import type { EventName } from '../../src/core/events/event.ts'
import { firstAtOrAfter } from '../../src/core/features/cases.ts'
import { FEATURE_COUNT } from '../../src/core/features/features.ts'
import type { Case } from '../../src/core/features/history.ts'
import { scoreTerms } from '../../src/core/model/score.ts'
import { type Example, logit } from '../../src/core/personal/learners/learner.ts'
import type { EvaluationInput } from '../../src/evaluate/cases.ts'
import { prepareDevices } from '../../src/evaluate/prepare.ts'
import { placesOf } from '../../src/train/metrics.ts'

/** Candidates of a case. */
export const CANDIDATES = 50
/** Length of an example: the features, then the logit of the base's probability. */
export const INPUTS = FEATURE_COUNT + 1
export const BASE_COLUMN = FEATURE_COUNT

export interface StreamCase {
  readonly shopper: string
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly event: EventName
  /** In the base's order, best first. */
  readonly examples: readonly Example[]
  /** 0-based places of the targets that are no candidates; learning can't move them. */
  readonly outside: readonly number[]
}

/** One case after another, so that the caller can report and stop. */
export function* streamOf(
  input: EvaluationInput,
  selected: readonly (readonly Case[])[],
): Generator<StreamCase> {
  const { model, shoppers } = input
  const { statisticsAt } = prepareDevices(input, null)
  const interactionsOf = new Map(shoppers.map(({ id, interactions }) => [id, interactions]))
  const cases = selected.flat().sort((a, b) => a.time - b.time || (a.shopper < b.shopper ? -1 : 1))
  let targets = 0
  for (const [index, { shopper, time, history, targets: wanted }] of cases.entries()) {
    const terms = scoreTerms({ ...model, statistics: statisticsAt(time) }, history, time)
    const chosen = best(terms.base, CANDIDATES)
    // A case wants several items; how many is known from the cases before it only.
    const probabilities = wantedProbabilities(terms.base, index > 0 ? targets / index : 1)
    const isWanted = new Set(wanted)
    const outside = wanted.filter((item) => !chosen.includes(item))
    const interactions = interactionsOf.get(shopper) ?? []
    yield {
      shopper,
      time,
      event: interactions[firstAtOrAfter(interactions, time)].name,
      outside: outside.length > 0 ? [...placesOf(terms.base, outside)] : [],
      examples: chosen.map((item) => {
        const x = new Float32Array(INPUTS)
        x.set(terms.features.subarray(item * FEATURE_COUNT, (item + 1) * FEATURE_COUNT))
        x[BASE_COLUMN] = logit(probabilities[item])
        return { x, label: isWanted.has(item) ? 1 : 0 }
      }),
    }
    targets += wanted.length
  }
}

/** Rows of the highest scores, best first; ties by row. */
function best(scores: Float32Array, count: number): number[] {
  const rows = Array.from(scores, (_, row) => row)
  return rows.sort((a, b) => scores[b] - scores[a] || a - b).slice(0, count)
}

/** Probability that an item is among `draws` draws from the softmax of the scores. */
function wantedProbabilities(scores: Float32Array, draws: number): Float64Array {
  const highest = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const raised = Float64Array.from(scores, (score) => Math.exp(score - highest))
  const total = raised.reduce((a, b) => a + b, 0)
  return raised.map((value) => clampProbability(1 - (1 - value / total) ** Math.max(1, draws)))
}

function clampProbability(value: number): number {
  return Math.min(1 - 1e-6, Math.max(1e-6, value))
}
