import { purchase, START, testModel, testShop } from '@nearside/evaluate/testShop.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FEATURE_COUNT } from '../../features/features.ts'
import type { Interaction } from '../../features/history.ts'
import { highestRows } from '../../model/highest.ts'
import { createRandom } from '../../model/random.ts'
import { personalScores, scoreTerms } from '../../model/score.ts'
import { DAY } from '../../time.ts'
import {
  CASE_CANDIDATES,
  CandidateLearners,
  type CandidateLearnersOptions,
} from './candidateLearners.ts'
import { IMBALANCES, LEARNER_NAMES } from './names.ts'

const shop = testShop(40, 80)
const model = testModel(shop)
const NOW = START + 200 * DAY

function learners(options: Partial<CandidateLearnersOptions> = {}) {
  return new CandidateLearners({
    learners: LEARNER_NAMES,
    imbalance: 'none',
    reviewAfter: 0,
    seed: 1,
    ...options,
  })
}

function learned(history: readonly Interaction[], options: Partial<CandidateLearnersOptions> = {}) {
  const made = learners(options)
  for (const _ of made.learn(model, history));
  return made
}

/** Orders of one item each, a day apart; `itemOf` chooses the item, by a rule that the test model doesn't know. */
function history(orders: number, itemOf: (order: number) => number): Interaction[] {
  return Array.from({ length: orders }, (_, order) =>
    purchase(itemOf(order), START + order * DAY, `order ${order}`),
  )
}

/** One of ten items at the shop's highest price; the base model ranks other items higher. */
const dearest = (order: number) => ((order * 7) % 10) * 7 + 6

test('before learners have learned a case, they leave all scores unchanged', () => {
  const scores = Float32Array.of(3, 1, 2)
  expect(learners().reorder(new Float32Array(3 * FEATURE_COUNT), scores)).toBe(scores)
})

test('reordering only swaps scores between the best candidates, and every other item keeps its score', () => {
  const seeds = fc.integer({ min: 0, max: 1e6 })
  fc.assert(
    fc.property(seeds, fc.constantFrom(...IMBALANCES), (seed, imbalance) => {
      const random = createRandom(seed)
      const past = history(6, () => random.integer(80))
      const made = learned(past, { seed, imbalance, reviewAfter: seed % 3 })
      const terms = scoreTerms(model, past, NOW)
      const reordered = made.reorder(terms.features, terms.base)
      const best = new Set(highestRows(terms.base, CASE_CANDIDATES))
      expect(reordered.toSorted()).toEqual(terms.base.toSorted())
      for (let row = 0; row < reordered.length; row++)
        if (!best.has(row)) expect(reordered[row]).toBe(terms.base[row])
      expect(made.weights.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9)
    }),
    { numRuns: 30 },
  )
})

test('learners gain weight and reorder the candidates if the model errs systematically', () => {
  // The shopper buys three items in turn. The model ranks the last purchase first, which is always wrong.
  const past = history(63, (order) => [6, 13, 20][order % 3])
  const made = learned(past)
  const [first] = made.weights
  expect(first.name).toBe('model')
  expect(first.weight).toBeLessThan(0.75)
  const terms = scoreTerms(model, past, START + 63 * DAY)
  const place = (scores: Float32Array, row: number) => highestRows(scores, 80).indexOf(row)
  expect(place(terms.base, 6)).toBe(2)
  expect(place(made.reorder(terms.features, terms.base), 6)).toBeLessThan(2)
})

test('if learners rank no purchase higher than the model does, they move no candidate, whatever their weight', () => {
  // The shopper buys a different item each time, so the history predicts nothing.
  const past = history(40, (order) => (order * 37) % 80)
  const made = learned(past, { learners: ['network'] })
  const terms = scoreTerms(model, past, NOW)
  expect(made.weights[1].weight).toBeGreaterThan(0)
  expect(made.reorder(terms.features, terms.base)).toBe(terms.base)
})

test('if the shop chose no learners, reordering keeps the personal ranking', () => {
  const made = learned(history(3, dearest), { learners: [] })
  const past = history(3, dearest)
  const terms = scoreTerms(model, past, NOW)
  const random = createRandom(4)
  const personal = {
    u: Float32Array.from({ length: 64 }, () => random.normal()),
    w: new Float32Array(FEATURE_COUNT),
  }
  const scores = personalScores(model, terms, personal, 0.5)
  expect(made.reorder(terms.features, scores)).toEqual(scores)
})

test('learning after each case gives the same weights as learning all cases at once', () => {
  const past = history(12, dearest)
  const once = learned(past)
  const bit = learners()
  for (let k = 1; k <= past.length; k++) for (const _ of bit.learn(model, past.slice(0, k)));
  expect(bit.cases).toBe(once.cases)
  expect(bit.weights).toEqual(once.weights)
})

test('the option `reviewAfter` makes learners learn the last cases again, which changes the weights', () => {
  const past = history(12, dearest)
  expect(learned(past, { reviewAfter: 4 }).weights).not.toEqual(learned(past).weights)
})

test('learners restart after the shopper’s interest changes, and never while it stays the same', () => {
  const steady = history(64, () => 6)
  // From the fortieth order on, each item is unexpected.
  const turned = history(64, (order) => (order < 40 ? 6 : order + 10))
  expect(learned(steady).restarts).toBe(0)
  expect(learned(turned).restarts).toBeGreaterThan(0)
})
