import { factorise, solve } from '@nearside/train/ranker/newton.ts'
import { expect, it } from 'vitest'
import { ease, easeWeights } from './ease.ts'
import { purchase, START, testShop } from './testShop.ts'

const DAYS_LATER = START + 1e12

it('EASE weights equal the closed-form solution by Cholesky', () => {
  const N = 150
  const shop = testShop(200, N)
  const histories = shop.shoppers.map(({ interactions }) => interactions)
  const ridge = 7
  const gram = new Float64Array(N * N)
  for (const history of histories) {
    const own = new Set(history.map(({ item }) => item))
    for (const a of own) for (const b of own) gram[a * N + b]++
  }
  for (let i = 0; i < N; i++) gram[i * N + i] += ridge
  factorise(gram, N)
  const column = (i: number) => {
    const unit = new Float64Array(N)
    unit[i] = 1
    return solve(gram, unit)
  }
  const { row, item, weights, stride } = easeWeights(N, histories, DAYS_LATER, ridge)
  expect(item.length).toBeGreaterThan(100)
  let furthest = 0
  for (const b of item) {
    const inverse = column(b)
    for (const a of item) {
      const expected = a === b ? 0 : -inverse[a] / inverse[b]
      furthest = Math.max(furthest, Math.abs(weights[row[a] * stride + row[b]] - expected))
    }
  }
  expect(furthest).toBeLessThan(1e-5)
})

it('EASE ranks items bought together high, weighs the history’s own items by `own`, and ignores later events', () => {
  const pairs = Array.from({ length: 40 }, (_, s) => [
    purchase(2 * (s % 3), START, `${s}`),
    purchase(2 * (s % 3) + 1, START, `${s}`),
    purchase(5, DAYS_LATER, `later ${s}`),
  ])
  const arm = ease((ridge) => easeWeights(6, pairs, DAYS_LATER, ridge))
  const popularity = { all: new Float32Array(6).fill(1), share: new Float32Array(6).fill(1 / 6) }
  const neighbours = {
    neighboursPerItem: 0,
    neighbourItems: new Uint16Array(),
    neighbourWeights: new Float32Array(),
  }
  const ranked = (own: number) => {
    const out = new Float32Array(6)
    const history = [purchase(2, START, 'own')]
    const context = { history, time: DAYS_LATER, popularity, neighbours }
    arm.score(
      { unit: 'days', halfLife: 1e9, looks: 'once', own, fill: 0.1, ridge: 1 },
      context,
      out,
    )
    expect(out.every(Number.isFinite)).toBe(true)
    return [...out.keys()].sort((a, b) => out[b] - out[a])
  }
  expect(ranked(0)[0]).toBe(3)
  expect(ranked(0.8).slice(0, 2)).toEqual([2, 3])
})
