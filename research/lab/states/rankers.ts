/** @module Rankers like the shipped one, without an encoder, by the part of a history in their training cases. */
import { firstAtOrAfter } from '@nearside/core/features/cases.ts'
import { FEATURE_COUNT } from '@nearside/core/features/features.ts'
import type { History } from '@nearside/core/features/history.ts'
import { highestRows } from '@nearside/core/model/highest.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { addScores } from '@nearside/core/model/score.ts'
import { CANDIDATES, type Trees, treesScore } from '@nearside/core/model/trees.ts'
import { DAY } from '@nearside/core/time.ts'
import { storeHistory } from '@nearside/evaluate/owner/knowledge.ts'
import type { RankerCase } from '@nearside/train/ranker/dataset.ts'
import { firstTime } from '@nearside/train/ranker/sample.ts'
import { type RankerData, trainRanker } from '@nearside/train/ranker/trainRanker.ts'
import { learnTrees } from '@nearside/train/trees/learnTrees.ts'
import { lastPart } from '@nearside/train/validate.ts'

interface Ranker {
  /** Weights of raw features, [F]. */
  readonly weights: Float32Array
  readonly scale: Float32Array
  readonly trees: Trees | null
}

/** @param until exclusive, milliseconds */
export function trainedOn(
  which: 'whole' | 'masked' | 'short',
  data: RankerData,
  until: number,
  seed: number,
): Ranker {
  const random = createRandom(seed + 5)
  const since = ({ history, time }: RankerCase, days: number): History =>
    history.slice(firstAtOrAfter(history, time - random.next() * days * DAY))
  const held = {
    whole: ({ history }: RankerCase) => history,
    short: (one: RankerCase) => since(one, 60),
    masked: (one: RankerCase) => {
      const drawn = random.next()
      if (drawn < 0.4) return one.history
      return drawn < 0.8 ? since(one, 90) : storeHistory('evicted', one, 0)
    },
  }
  const { alone, scale, candidates, untaught } = trainRanker(data, {
    ...{ until, seed, heldOf: held[which] },
  })
  const { trees } = learnTrees(
    candidates,
    { scale, weights: alone.weights },
    {
      askedFrom: lastPart(firstTime(data.shoppers, until), until, 0.4),
      isUnseen: () => false,
      untaught,
    },
  )
  return { weights: alone.weights.map((weight, f) => weight / scale[f]), scale, trees }
}

/** @param raw features of every item, [N, F] */
export function scoresOf({ weights, scale, trees }: Ranker, raw: Float32Array): Float32Array {
  const scores = new Float32Array(raw.length / FEATURE_COUNT)
  addScores(scores, raw, weights)
  if (!trees) return scores
  for (const item of highestRows(scores, CANDIDATES)) {
    const own = raw.subarray(item * FEATURE_COUNT, (item + 1) * FEATURE_COUNT)
    const scaled = own.map((value, f) => value / scale[f])
    scores[item] += treesScore(trees, scaled, 0)
  }
  return scores
}

/** Probabilities mixed with popularity's by the given share. */
export function mixed(scores: Float32Array, popularity: Float32Array, share: number): Float32Array {
  const top = scores.reduce((a, b) => Math.max(a, b))
  const odds = scores.map((score) => Math.exp(score - top))
  const sum = odds.reduce((a, b) => a + b, 0)
  return odds.map((value, i) => (1 - share) * (value / sum) + share * popularity[i])
}
