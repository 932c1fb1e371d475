import { DAY } from '@nearside/core/time.ts'
import { describe, expect, it } from 'vitest'
import { type SessionKnnParameters, sessionKnn } from './sessionKnn.ts'
import { purchase, START } from './testShop.ts'

const N = 6
const NOW = START + 100 * DAY
const popularity = { all: new Float32Array(N).fill(1), share: new Float32Array(N).fill(1 / N) }
const neighbours = {
  neighboursPerItem: 0,
  neighbourItems: new Uint16Array(),
  neighbourWeights: new Float32Array(),
}
// One visit has items 0 and 1. Another shopper has item 0 and, on later days, item 2. A recent visit has items 0 and 3.
// The visit with items 0 and 4 is too late to be used.
const others = [
  [purchase(0, START, 'a'), purchase(1, START, 'a')],
  [purchase(0, START, 'b'), purchase(2, START + DAY, 'c'), purchase(2, START + 2 * DAY, 'd')],
  [purchase(0, START + 90 * DAY, 'e'), purchase(3, START + 90 * DAY, 'e')],
  [purchase(0, NOW, 'f'), purchase(4, NOW, 'f')],
]

function ranked(parameters: Partial<SessionKnnParameters>, bought = [0], daysAgo = 1) {
  const out = new Float32Array(N)
  const arm = sessionKnn(N, others, NOW)
  const history = bought.map((item) => purchase(item, NOW - daysAgo * DAY, 'own'))
  arm.score(
    { ...arm.start, own: 0, agedDays: 1e6, ...parameters },
    { history, time: NOW, popularity, neighbours },
    out,
  )
  expect(out.every(Number.isFinite)).toBe(true)
  return [...out.keys()].sort((a, b) => out[b] - out[a] || a - b)
}

describe('session-knn', () => {
  it('sessionKnn ranks an item high if another visit, or another shopper, has it together with an item of the history', () => {
    expect(new Set(ranked({}).slice(1, 3))).toEqual(new Set([1, 3]))
    expect(new Set(ranked({ neighbour: 'shopper' }).slice(1, 4))).toEqual(new Set([1, 2, 3]))
  })

  it('sessionKnn weighs old neighbours less, uses only the nearest neighbours, and ignores later visits', () => {
    expect(ranked({ agedDays: 10 }).slice(1, 3)).toEqual([3, 1])
    expect(ranked({ agedDays: 10, nearest: 1 }).slice(0, 2)).toEqual([0, 3])
    expect(ranked({ agedDays: 10, nearest: 1 }).slice(2)).toEqual([1, 2, 4, 5])
  })

  it('sessionKnn gives a history the same scores, whatever histories it scored before', () => {
    const scores = (arm: ReturnType<typeof sessionKnn>, bought: number[], rarity: number) => {
      const history = bought.map((item) => purchase(item, NOW - DAY, 'own'))
      const out = new Float32Array(N)
      arm.score(
        { ...arm.start, own: 0, rarity },
        { history, time: NOW, popularity, neighbours },
        out,
      )
      return out
    }
    const arm = sessionKnn(N, others, NOW)
    scores(arm, [2], 0)
    scores(arm, [0], 0.5)
    expect(scores(arm, [0, 1], 0)).toEqual(scores(sessionKnn(N, others, NOW), [0, 1], 0))
  })

  it('sessionKnn gives finite scores when the last event is so long ago that its weight underflows', () => {
    const halfLife = 1 / 32
    expect(ranked({ unit: 'days', halfLife, own: 0.5 }, [0], 40)).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('sessionKnn weighs the history’s own items by `own`, and ranks by popularity without a history', () => {
    expect(ranked({ own: 0.9 }, [5])[0]).toBe(5)
    expect(ranked({}, [])).toEqual([0, 1, 2, 3, 4, 5])
  })
})
