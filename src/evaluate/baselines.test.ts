import { buildStatistics } from '@nearside/core/features/statistics.ts'
import { DAY } from '@nearside/core/time.ts'
import { describe, expect, it } from 'vitest'
import {
  type BaselineContext,
  type Decay,
  decayedInteractions,
  ewma,
  ITEM_KNN,
  LAST_VIEWED,
  RECENTLY_VIEWED,
  scorePopular,
  scorePopularMonth,
  type TunableArm,
} from './baselines.ts'
import { byDay, popularityOf } from './popularity.ts'
import { purchase, START } from './testShop.ts'
import { tune } from './tune.ts'

const N = 6
const NOW = START + 100 * DAY
const popularity = {
  all: Float32Array.of(9, 8, 7, 6, 5, 4),
  share: Float32Array.of(1, 2, 3, 4, 5, 6).map((value) => value / 21),
}

// Item 2 is bought with item 1; item 0 has no neighbours.
const neighbours = {
  neighboursPerItem: 2,
  neighbourItems: Uint16Array.of(0, 0, 1, 1, 1, 2, 3, 3, 4, 4, 5, 5),
  neighbourWeights: Float32Array.of(0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0),
}

function context(history: BaselineContext['history'] = []): BaselineContext {
  return { history, time: NOW, popularity, neighbours }
}

function ranked(score: (out: Float32Array) => void): number[] {
  const out = new Float32Array(N)
  score(out)
  expect(out.every(Number.isFinite)).toBe(true)
  return [...out.keys()].sort((a, b) => out[b] - out[a] || a - b)
}

const history = [
  purchase(0, NOW - 90 * DAY, 'a'),
  purchase(3, NOW - 60 * DAY, 'b'),
  purchase(0, NOW - 60 * DAY, 'b'),
  purchase(2, NOW - DAY, 'c'),
]

describe('popularity baseline', () => {
  it('`popular` ranks by the shoppers of all time, `popular-30d` by those of the last 30 days', () => {
    expect(ranked((out) => scorePopular(context(), out))).toEqual([0, 1, 2, 3, 4, 5])
    expect(ranked((out) => scorePopularMonth(context(), out))).toEqual([5, 4, 3, 2, 1, 0])
  })

  it('the popularity baseline stays finite if nobody has bought anything yet', () => {
    const nobody = { all: new Float32Array(N), share: new Float32Array(N).fill(1 / N) }
    const empty = { ...context(), popularity: nobody }
    expect(ranked((out) => scorePopularMonth(empty, out))).toEqual([0, 1, 2, 3, 4, 5])
    expect(ranked((out) => scorePopular(empty, out))).toEqual([0, 1, 2, 3, 4, 5])
  })
})

describe('last-viewed baseline', () => {
  const ranking = (of: BaselineContext['history']) =>
    ranked((out) => LAST_VIEWED.score({}, context(of), out))

  it('last-viewed puts the items last bought or viewed at the top, and ranks all other items by popularity', () => {
    const looks = (['view_item', 'view_item_list'] as const).map((name, k) => ({
      ...purchase(k, NOW - k, 'd'),
      name,
    }))
    expect(ranking(history)).toEqual([2, 0, 3, 5, 4, 1])
    expect(ranking([...history, looks[0]])).toEqual([0, 2, 3, 5, 4, 1])
    // An impression in a list does not count as a view.
    expect(ranking([...history, looks[1]])).toEqual(ranking(history))
    expect(ranking([])).toEqual([5, 4, 3, 2, 1, 0])
  })
})

describe('recently-viewed baseline', () => {
  const score = (halfLife: number, unit: 'days' | 'sessions') => (out: Float32Array) =>
    RECENTLY_VIEWED.score({ unit, halfLife, looks: 'once', fill: 0.01 }, context(history), out)

  it('recently-viewed ranks the latest item first with a short half-life, and the most frequent item with a long half-life', () => {
    expect(ranked(score(0.5, 'sessions')).slice(0, 3)).toEqual([2, 0, 3])
    expect(ranked(score(10, 'sessions')).slice(0, 3)).toEqual([0, 2, 3])
    expect(ranked(score(20, 'days')).slice(0, 3)).toEqual([2, 0, 3])
  })

  it('`looks` decides whether an item’s views in a session count once, by the logarithm of their number, or each', () => {
    const looks = [0, 3, 3, 3].map((item, k) => ({
      ...purchase(item, NOW - 9 + k, 'visit'),
      name: 'view_item' as const,
    }))
    const weights = (changes: Partial<Decay>) =>
      new Map(
        decayedInteractions(context(looks), {
          ...{ unit: 'sessions', halfLife: 1, looks: 'once' },
          ...changes,
        }).map(({ item, weight }) => [item, 3 * weight]),
      )
    expect(weights({}).get(3)).toBeCloseTo(1, 9)
    expect(weights({ looks: 'log' }).get(3)).toBeCloseTo(1 + Math.log2(3), 9)
    expect(weights({ looks: 'each' }).get(3)).toBeCloseTo(3, 9)
    expect(weights({ looks: 'each' }).get(0)).toBeCloseTo(1, 9)
    // If age is counted in views, three later views halve the weight of item 0 three times.
    expect(weights({ unit: 'looks' }).get(0)).toBeCloseTo(1 / 8, 9)
  })

  it('the weights of decayedInteractions don’t depend on what earlier calls left in its cache', () => {
    const one = context([...history, purchase(2, NOW - DAY, 'c')])
    for (const unit of ['days', 'sessions', 'looks', 'days'] as const)
      for (const looks of ['once', 'each', 'log'] as const)
        for (const halfLife of [1, 40]) {
          const decay = { unit, looks, halfLife }
          const fresh = decayedInteractions({ ...one }, decay)
          expect(decayedInteractions(one, decay)).toEqual(fresh)
        }
  })

  it('recently-viewed ranks items outside the history by popularity', () => {
    expect(ranked(score(1000, 'sessions')).slice(3)).toEqual([5, 4, 1])
  })

  it('recently-viewed ranks by popularity for a shopper without a history', () => {
    const out = (fill: number) =>
      ranked((scores) =>
        RECENTLY_VIEWED.score(
          { unit: 'days', halfLife: 5, looks: 'once', fill },
          context(),
          scores,
        ),
      )
    expect(out(0.001)).toEqual([5, 4, 3, 2, 1, 0])
  })

  it('recently-viewed returns log-probabilities', () => {
    const out = new Float32Array(N)
    RECENTLY_VIEWED.score(
      { unit: 'days', halfLife: 30, looks: 'once', fill: 0.3 },
      context(history),
      out,
    )
    expect(out.reduce((sum, log) => sum + Math.exp(log), 0)).toBeCloseTo(1, 5)
  })
})

describe('item-knn baseline', () => {
  it('item-knn ranks by the neighbours of the recent history; `own` sets the weight of the history’s own items', () => {
    const order = (own: number) =>
      ranked((out) =>
        ITEM_KNN.score(
          { unit: 'sessions', halfLife: 0.5, looks: 'once', own, fill: 0.01 },
          context(history),
          out,
        ),
      )
    expect(order(0)[0]).toBe(1)
    expect(order(0.75)[0]).toBe(2)
  })

  it('item-knn equals recently-viewed if all weight is on the history’s own items', () => {
    const decay = { unit: 'sessions', halfLife: 2, looks: 'each', fill: 0.2 } as const
    const [alone, nested] = [new Float32Array(N), new Float32Array(N)]
    RECENTLY_VIEWED.score(decay, context(history), alone)
    ITEM_KNN.score({ ...decay, own: 1 }, context(history), nested)
    expect(nested).toEqual(alone)
  })
})

describe('baseline of decayed item vectors (ewma)', () => {
  it('ewma ranks items by their cosine similarity to the decayed mean vector of the history', () => {
    const vectors = Float32Array.of(1, 0, 0.9, 0.1, 0, 2, 0.9, 0.3, -1, 0, 0, 0)
    const arm = ewma(vectors, 2)
    const parameters = {
      unit: 'sessions',
      halfLife: 0.5,
      looks: 'once',
      temperature: 0.1,
      popularity: 0,
    } as const
    const order = ranked((out) => arm.score(parameters, context(history), out))
    expect(order.slice(0, 2)).toEqual([2, 3])
    expect(order.at(-1)).toBe(4)
    const cold = ranked((out) => arm.score(parameters, context(), out))
    expect(cold).toEqual([5, 4, 3, 2, 1, 0])
  })
})

describe('tuning of a baseline', () => {
  it('tuning finds the parameters from which the next orders were generated', () => {
    const cases = Array.from({ length: 20 }, (_, k) => {
      const [old, recent] = [k % 3, 3 + (k % 3)]
      return {
        ...context([
          purchase(old, NOW - 50 * DAY, 'a'),
          purchase(old, NOW - 40 * DAY, 'b'),
          purchase(recent, NOW - DAY, 'c'),
        ]),
        targets: [recent],
        hidden: null,
        weight: 1,
      }
    })
    const { parameters, quality } = tune(RECENTLY_VIEWED, cases, N)
    expect(quality).toBeCloseTo(1, 6)
    // Two old orders of an item outweigh the last order unless age is counted in days.
    expect(parameters.unit).toBe('days')
  })

  /** An arm with one parameter. The closer the parameter is to `best`, by ratio, the higher the arm ranks item 0. */
  const ranksBy = (best: number, grid: readonly number[], below = 1e9) => ({
    start: { size: grid[1] },
    grid: { size: grid },
    below: { size: below },
    score({ size }: { size: number }, _: BaselineContext, out: Float32Array) {
      expect(size).toBeLessThan(below)
      out.set([-Math.abs(Math.log(size / best)), -0.05, -0.3, -0.8, -1.5, -2.2])
    },
  })

  it('tuning searches beyond the end of a grid as long as the score improves', () => {
    const cases = [{ ...context(), targets: [0], hidden: null, weight: 1 }]
    const chosen = (best: number, grid: readonly number[], below?: number) =>
      tune(ranksBy(best, grid, below), cases, N).parameters.size
    expect(chosen(2, [1, 2, 4])).toBe(2)
    expect(chosen(16, [1, 2, 4])).toBe(16)
    expect(chosen(0.125, [1, 2, 4])).toBe(0.125)
    expect(chosen(0.9, [0.4, 0.6, 0.8], 1)).toBe(0.9)
  })

  it('tuning of an arm starts from the best parameters of the simpler arms that are special cases of it', () => {
    // Changing one parameter alone never improves the ranking.
    const arm: TunableArm<{ a: number; b: number }> = {
      start: { a: 1, b: 1 },
      grid: { a: [1, 2], b: [1, 2] },
      score({ a, b }, _, out) {
        out.set([a === b ? a : 0, 1.5, 0, 0, 0, 0])
      },
    }
    const cases = [{ ...context(), targets: [0], hidden: null, weight: 1 }]
    expect(tune(arm, cases, N).quality).toBeLessThan(1)
    expect(tune(arm, cases, N, [{ a: 2, b: 2 }])).toEqual({
      parameters: { a: 2, b: 2 },
      quality: 1,
    })
  })

  it('tuning stops scoring parameters early once they are clearly worse than the best parameters', () => {
    let scored = 0
    const arm = {
      start: { size: 1 },
      grid: { size: [1, 2] },
      score({ size }: { size: number }, _: BaselineContext, out: Float32Array) {
        scored++
        out.set([size === 1 ? 9 : 0, 1, 2, 3, 4, 5])
      },
    }
    const one = { ...context(), targets: [0], hidden: null, weight: 1 }
    const cases = Array.from({ length: 2000 }, () => one)
    expect(tune(arm, cases, N).parameters.size).toBe(1)
    // The start parameters are scored on all cases. The values 2 and 1/2, beyond the grid's end, are scored on an
    // eighth of the cases, each once.
    expect(scored).toBe(2000 + 2 * 250)
  })

  it('tuning weighs each case by its `weight`', () => {
    const arm = ranksBy(1, [1, 4])
    const favours = (weights: readonly [number, number]) => {
      const cases = weights.map((weight, target) => ({
        ...context(),
        targets: [target],
        hidden: null,
        weight,
      }))
      return tune(arm, cases, N).parameters.size
    }
    expect(favours([3, 1])).toBe(1)
    expect(favours([1, 3])).toBe(4)
  })

  it('tuning returns the start parameters if there are no cases', () => {
    const tuned = tune(RECENTLY_VIEWED, [], N)
    expect(tuned).toEqual({ parameters: RECENTLY_VIEWED.start, quality: 0 })
  })
})

describe('popularity', () => {
  const histories = [
    [purchase(1, START, 'a'), purchase(1, START + DAY, 'b'), purchase(2, START + 40 * DAY, 'c')],
    [purchase(1, START + 40 * DAY, 'd')],
  ]

  it('popularity counts distinct shoppers before the given day, ever and in the last 30 days', () => {
    const items = ['a', 'b', 'c'].map((id) => ({ id }))
    const at = (days: number) => popularityOf(buildStatistics(items, histories, START + days * DAY))
    expect([...at(0).all]).toEqual([0, 0, 0])
    expect([...at(40).all]).toEqual([0, 1, 0])
    expect([...at(41).all]).toEqual([0, 2, 1])
    // An item's weight is its number of shoppers in the last 30 days, plus a hundredth of all its shoppers, plus 0.1.
    expect(at(40).share[1] / at(40).share[0]).toBeCloseTo(0.11 / 0.1, 5)
    expect(at(41).share[1] / at(41).share[0]).toBeCloseTo(1.12 / 0.1, 5)
    expect(at(41).share.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6)
  })

  it('the popularity of a day is computed only once', () => {
    let computed = 0
    const at = byDay((midnight) => {
      computed++
      return midnight
    })
    expect(at(START + 5)).toBe(START)
    expect(at(START + DAY - 1)).toBe(START)
    expect(at(START + DAY)).toBe(START + DAY)
    expect(computed).toBe(2)
  })
})
