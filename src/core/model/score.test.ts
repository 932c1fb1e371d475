import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LOG_NAMES } from '../events/event.ts'
import type { History, Interaction } from '../features/history.ts'
import { searchLifts } from '../features/searches.ts'
import { casesFromHistory } from '../learning/learningCases.ts'
import { DAY } from '../time.ts'
import { createEncoder } from './encoder.ts'
import { addSearches, scoreTerms } from './score.ts'
import { tinyModel } from './testModel.ts'

const NOW = Date.UTC(2011, 5, 1)
const ITEMS = 12
const model = tinyModel(ITEMS)

const entry = (query: string | undefined): fc.Arbitrary<Interaction> =>
  fc.record({
    item: fc.nat(ITEMS - 1),
    name: query === undefined ? fc.constantFrom(...LOG_NAMES) : fc.constant('search' as const),
    time: fc.integer({ min: NOW - 30 * DAY, max: NOW }),
    session: fc.constantFrom('a', 'b', 'c'),
    ...(query !== undefined && { query: fc.constant(query) }),
  })
const life = fc
  .tuple(
    fc.array(
      entry(undefined).filter(({ name }) => name !== 'search'),
      { maxLength: 70 },
    ),
    fc.array(entry('a'), { maxLength: 5 }),
    fc.array(entry('b'), { maxLength: 5 }),
  )
  .map((parts): History => parts.flat().sort((a, b) => a.time - b.time))

describe('a search', () => {
  test('a search adds exactly its lifts (score increases) to the base scores, and changes no other score term', () => {
    const encode = createEncoder(model)
    fc.assert(
      fc.property(life, (history) => {
        const without = history.filter(({ name }) => name !== 'search')
        const terms = scoreTerms(model, history, NOW)
        const plain = scoreTerms(model, without, NOW)
        expect(terms.hidden).toEqual(plain.hidden)
        expect(encode(history, NOW)).toEqual(plain.hidden)
        expect(terms.features).toEqual(plain.features)
        const lifts = searchLifts(model.statistics, history, NOW)
        const expected = plain.base.map((score, item) => score + (lifts.get(item)?.lift ?? 0))
        expect(terms.base).toEqual(expected)
      }),
      { numRuns: 60 },
    )
  })

  test('the lift that a search gives an item is the same whether all items are scored or only some', () => {
    const history: History = [{ item: 3, name: 'search', time: NOW, session: 's', query: 'a' }]
    const all = scoreTerms(model, history, NOW).base
    const items = [1, 3, 7]
    const few = Float32Array.from(items, (item) => scoreTerms(model, [], NOW).base[item])
    addSearches(few, searchLifts(model.statistics, history, NOW), items)
    expect([...few]).toEqual(items.map((item) => all[item]))
    expect(few[1]).toBeGreaterThan(scoreTerms(model, [], NOW).base[3])
  })

  test('in the training cases of the personal model, a search is neither a target nor part of the history', () => {
    fc.assert(
      fc.property(life, (history) => {
        const without = history.filter(({ name }) => name !== 'search')
        const asked = ({ time, targets, shares, weight }: (typeof cases)[number]) => ({
          time,
          targets,
          shares,
          weight,
        })
        const cases = casesFromHistory(history)
        expect(cases.map(asked)).toEqual(casesFromHistory(without).map(asked))
      }),
      { numRuns: 60 },
    )
  })
})
