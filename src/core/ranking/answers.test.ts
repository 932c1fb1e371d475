/**
 * @module Tests what the shopper's answers to listed items ("less like this", "not for me", "have this") change: which
 * items, by how much, and until when.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Catalog } from '../catalog/catalog.ts'
import { ANSWER_NAMES, type EventName, type ShopperEvent } from '../events/event.ts'
import { ITEMS, testCatalog, testModel } from '../model/testShop.ts'
import { type CandidateSource, lossesOf, lowered } from './candidateSource.ts'
import { explainItem } from './explainItem.ts'
import { answersOf } from './itemFilters.ts'
import { Ranker } from './ranker.ts'

const NOW = 1_700_000_000_000
const did = (name: EventName, item: string): ShopperEvent => ({
  id: `${name} ${item}`,
  name,
  time: NOW,
  session: 's',
  items: [item],
})

describe('answersOf', () => {
  test('answersOf keeps the shopper’s last answer to each item ("not for me" or another), the latest answer first', () => {
    const events = [did('less_like_this', 'a'), did('have_this', 'b'), did('not_for_me', 'a')]
    expect([...answersOf(events)]).toEqual([
      ['a', 'not_for_me'],
      ['b', 'have_this'],
    ])
  })

  test.each(['add_to_cart', 'add_to_wishlist', 'purchase'] as const)(
    '%s withdraws the shopper’s answer to the item',
    (name) => {
      const answers = ANSWER_NAMES.map((answer) => did(answer, answer))
      expect([...answersOf([...answers, did(name, 'not_for_me')]).keys()]).toEqual([
        'have_this',
        'less_like_this',
      ])
      expect(answersOf([did(name, 'a'), did('not_for_me', 'a')]).get('a')).toBe('not_for_me')
    },
  )

  test('the answer "not for me" stays in force if the shopper views the item later', () => {
    expect(answersOf([did('not_for_me', 'a'), did('view_item', 'a')]).size).toBe(1)
  })
})

test('only "less like this" lowers the scores of other items, and the most similar item loses as much as the item itself', () => {
  const alike = new Map([
    [1, 1],
    [2, 0.5],
  ])
  const lossBy = (answer: (typeof ANSWER_NAMES)[number]) =>
    lossesOf(new Map([['0', answer]]), Number, () => alike)
  const less = lossBy('less_like_this')
  expect([...less.keys()]).toEqual([0, 1, 2])
  expect(less.get(0)).toBe(less.get(1))
  expect(less.get(2)).toBe((less.get(1) ?? 0) / 2)
  expect([...lossBy('not_for_me').keys()]).toEqual([0])
  expect(lossBy('have_this').size).toBe(0)
})

test('`lowered` finds the rows with the highest scores after subtracting losses, even if its source returns only as many rows as requested', () => {
  const scoresAndLosses = fc.record({
    scores: fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 30 }),
    losses: fc.dictionary(fc.nat(29).map(String), fc.integer({ min: 1, max: 5 })),
    count: fc.integer({ min: 1, max: 30 }),
  })
  fc.assert(
    fc.property(scoresAndLosses, ({ scores, losses, count }) => {
      const rows = [...scores.keys()]
      const highest = (most: number) =>
        rows.toSorted((a, b) => scores[b] - scores[a]).slice(0, most)
      const source: CandidateSource = {
        find: highest,
        scoresOf: (some) => Float32Array.from(some, (row) => scores[row]),
      }
      const byRow = new Map(Object.entries(losses).map(([row, loss]) => [Number(row), loss]))
      const less = lowered(source, byRow)
      const found = less.find(count, {} as never)
      const best = (some: readonly number[]) => [...less.scoresOf(some)].sort((a, b) => b - a)
      expect(best(found).slice(0, count)).toEqual(best(rows).slice(0, count))
    }),
  )
})

describe('a ranker', () => {
  const ranker = new Ranker(testModel('1'), Catalog.parse(testCatalog))
  const history = [{ item: 3, name: 'view_item', time: NOW, session: 's' }] as const
  const answers = answersOf([did('less_like_this', 'item-31')])
  const losses = lossesOf(answers, (id) => ranker.rowOf(id), ranker.alikeTo)
  const scored = ranker.score(history, NOW, null, null, false, losses)

  test('the answer “less like this” lowers the scores of similar items, and an explanation shows this as a contribution', () => {
    const [similar] = ranker.similar('item-31', { limit: 1 })
    const before = explainItem(ranker, similar.id, ranker.score(history, NOW, null))
    const after = explainItem(ranker, similar.id, scored)
    expect(after?.score).toBeLessThan(before?.score ?? 0)
    const { contributions = [], score = 0, meanScore = 0 } = after ?? {}
    expect(contributions.at(-1)?.kind).toBe('answers')
    const sum = contributions.reduce((total, { amount }) => total + amount, 0)
    expect(sum).toBeCloseTo(score - meanScore, 4)
  })

  test('the answer “less like this” also counts for a shopper without a history', () => {
    const [first] = ranker.recommend(ranker.everybodys(NOW), { limit: 1 })
    expect(first.id).toBe('item-31')
    const list = ranker.recommend(ranker.everybodys(NOW, losses), { limit: ITEMS })
    expect(list[0].id).not.toBe('item-31')
  })
})
