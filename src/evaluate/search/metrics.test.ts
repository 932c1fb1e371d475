import { buildCases } from '@nearside/core/features/cases.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type RowCase, Rows } from '../rows.ts'
import { START, testModel, testShop, UNTIL } from '../testShop.ts'
import { scoreCases } from './bought.ts'
import { gradedNdcg, measureRanking } from './metrics.ts'
import { summariseSearch } from './search.ts'

describe('gradedNdcg', () => {
  it('gradedNdcg gives the value computed by hand for gains of 7, 3 and 0 in the wrong order', () => {
    const ratings = new Map([
      ['a', 3],
      ['b', 2],
      ['c', 0],
    ])
    const gained = 0 / 1 + 3 / Math.log2(3) + 7 / 2
    expect(gradedNdcg(['c', 'b', 'a'], ratings, 10)).toBeCloseTo(
      gained / (7 + 3 / Math.log2(3)),
      12,
    )
    expect(gradedNdcg(['unjudged', 'a'], ratings, 1)).toBe(0)
    expect(gradedNdcg(['a'], new Map([['a', 0]]), 10)).toBe(0)
  })

  it('gradedNdcg is at most 1, reaches 1 for the best ranking, and never falls when a better product moves up', () => {
    const ratings = fc.uniqueArray(fc.integer({ min: 0, max: 99 }), { minLength: 2, maxLength: 15 })
    fc.assert(
      fc.property(ratings, fc.infiniteStream(fc.integer({ min: 0, max: 3 })), (ids, grades) => {
        const judged = new Map(ids.map((id) => [String(id), grades.next().value as number]))
        judged.set('sure', 3)
        const ranking = [...judged.keys()]
        const best = [...ranking].sort((a, b) => judged.get(b)! - judged.get(a)!)
        expect(gradedNdcg(best, judged, 10)).toBeCloseTo(1, 12)
        expect(gradedNdcg(ranking, judged, 10)).toBeLessThanOrEqual(1 + 1e-12)
        const [first, second, ...rest] = ranking
        const sorted = [first, second].sort((a, b) => judged.get(b)! - judged.get(a)!)
        expect(gradedNdcg([...sorted, ...rest], judged, 10)).toBeGreaterThanOrEqual(
          gradedNdcg(ranking, judged, 10) - 1e-12,
        )
      }),
    )
  })

  it('measureRanking counts any rating above 0 as relevant', () => {
    const ratings = new Map([
      ['a', 1],
      ['b', 3],
      ['c', 0],
    ])
    const far = Array.from({ length: 12 }, (_, i) => `other${i}`)
    expect(measureRanking([...far, 'a'], ratings)).toEqual({
      'ndcg@10': 0,
      'hitRate@10': 0,
      'recall@20': 0.5,
      'mrr@20': 1 / 13,
    })
  })
})

describe('summariseSearch', () => {
  it('a summary has the means of each arm, and a lift only if both arms have the metric', () => {
    const rows = new Rows<RowCase>()
    // A lift needs ten shoppers.
    for (let k = 0; k < 10; k++) {
      const [lexical, reranked] =
        k % 2 === 0
          ? ([
              [0.2, 0, 0.1],
              [0.3, 1],
            ] as const)
          : ([
              [0.4, 1, 0.1],
              [0.6, 1],
            ] as const)
      rows.begin({ shopper: `shopper ${k}` })
      for (const [m, metric] of ['ndcg@10', 'hitRate@10', 'ndcg@10:typo'].entries()) {
        rows.put({ arm: 'lexical', metric }, lexical[m])
        if (m in reranked) rows.put({ arm: 'reranked', metric }, reranked[m])
      }
    }
    const { arms, lifts } = summariseSearch(rows, [['reranked', 'lexical']], 7)
    expect(arms[0]).toMatchObject({ name: 'lexical', 'hitRate@10': 0.5, nll: null })
    expect(arms[0]['ndcg@10']).toBeCloseTo(0.3, 12)
    expect(lifts).toHaveLength(1)
    expect(lifts[0]).toMatchObject({ arm: 'reranked', over: 'lexical', metric: 'ndcg@10' })
    expect(lifts[0].relative).toBeCloseTo(0.5, 12)
  })
})

describe('scoreCases', () => {
  it('for a cold-start user, scoreCases gives the base model’s scores; it doesn’t use the order to be predicted', async () => {
    const shop = testShop(30, 12)
    const model = testModel(shop)
    const walk = {
      model,
      installed: UNTIL,
      statisticsAt: () => model.statistics,
      fit: async (problem: { parameters: number }) => ({
        parameters: new Float32Array(problem.parameters).fill(0.3),
      }),
    }
    const past = buildCases(shop.shoppers[0], false, START)
    const collect = async (cases: typeof past) => {
      const scores: Record<'stranger' | 'base' | 'personal', Float32Array>[] = []
      for await (const { stranger, base, personal } of scoreCases(walk, cases))
        scores.push({ stranger, base, personal })
      return scores
    }
    const [first, ...later] = await collect(past)
    expect(first.personal).toEqual(first.base)
    expect(later.some(({ base, personal }) => base.some((x, i) => x !== personal[i]))).toBe(true)
    const changed = past.map((one, i) =>
      i === past.length - 1
        ? { ...one, history: one.history, targets: one.targets.map((row) => (row + 1) % 12) }
        : { ...one, history: one.history },
    )
    expect((await collect(changed)).at(-1)).toEqual(later.at(-1))
  })
})
