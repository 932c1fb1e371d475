import { expect, test } from 'vitest'
import { createRandom } from '../../src/core/model/random.ts'
import { normalCdf } from '../../src/core/normal.ts'
import { expectedImprovement, fitGaussianProcess } from './gaussianProcess.ts'
import { search } from './search.ts'
import { type Dimension, gridPoints, pointAt, unitOf } from './space.ts'

const SPACE: readonly Dimension[] = [
  { name: 'x', low: -5, high: 10, scale: 'linear' },
  { name: 'y', low: 0, high: 15, scale: 'linear' },
]

/** Three minima of .397887. @see https://www.sfu.ca/~ssurjano/branin.html */
function branin(x: number, y: number): number {
  const bend = y - (5.1 * x ** 2) / (4 * Math.PI ** 2) + (5 * x) / Math.PI - 6
  return bend ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10
}

test('the normal distribution is that of the tables', () => {
  expect(normalCdf(0)).toBeCloseTo(0.5, 6)
  expect(normalCdf(1.959964)).toBeCloseTo(0.975, 6)
  expect(normalCdf(-1)).toBeCloseTo(0.158655, 6)
})

test('points go to the cube and back, and the default lies in it', () => {
  const space: Dimension[] = [{ name: 'l2', low: 1, high: 1000, scale: 'log' }, ...SPACE]
  expect(pointAt(space, [0, 0, 1])).toEqual({ l2: 1, x: -5, y: 15 })
  expect(pointAt(space, [2 / 3, 0.5, 0.5])).toEqual({ l2: 100, x: 2.5, y: 7.5 })
  const [unit] = unitOf(space, { l2: 100, x: 0, y: 0 })
  expect(unit).toBeCloseTo(2 / 3, 12)
})

test.each([1, 5, 9, 20, 27])('a grid of at most %i points reaches the corners', (trials) => {
  const points = gridPoints(SPACE, trials)
  expect(points.length).toBeLessThanOrEqual(trials)
  expect(new Set(points.map(String)).size).toBe(points.length)
  if (trials >= 4) expect(points).toContainEqual([1, 1])
})

test('a process passes through what it has seen and doubts what it has not', () => {
  const points = [[0], [0.1], [0.2], [0.3], [0.4], [0.5], [0.9], [1]]
  const values = points.map(([x]) => Math.sin(6 * x))
  const process = fitGaussianProcess(points, values)
  points.forEach((point, k) => {
    expect(process.predict(point).mean).toBeCloseTo(values[k], 1)
  })
  expect(process.predict([0.7]).deviation).toBeGreaterThan(process.predict([0.45]).deviation)
})

test('a process predicts a smooth function it was not shown', () => {
  const random = createRandom(3)
  const of = ([x, y]: readonly number[]) => Math.sin(4 * x) + (y - 0.3) ** 2
  const draw = (count: number) =>
    Array.from({ length: count }, () => [random.next(), random.next()])
  const points = draw(40)
  const process = fitGaussianProcess(points, points.map(of))
  // Inside what was seen: beyond its edge a process can only guess.
  const inside = draw(100).map((point) => point.map((value) => 0.1 + 0.8 * value))
  const errors = inside.map((point) => Math.abs(process.predict(point).mean - of(point)))
  expect(Math.max(...errors)).toBeLessThan(0.1)
})

test('expected improvement is the mean of what a draw would gain', () => {
  const random = createRandom(1)
  for (const [mean, deviation, best] of [
    [0, 1, 0.5],
    [2, 0.3, 1],
    [-1, 2, 1],
  ]) {
    let sum = 0
    for (let k = 0; k < 200_000; k++) sum += Math.max(0, mean + deviation * random.normal() - best)
    expect(expectedImprovement({ mean, deviation }, best)).toBeCloseTo(sum / 200_000, 1)
  }
  expect(expectedImprovement({ mean: 1, deviation: 0 }, 2)).toBe(0)
})

test('comes close to the best of a known function, and closer than a grid of as many points', async () => {
  const start = { x: 0, y: 14 }
  const found = async (method: 'grid' | 'bayes', seed: number) => {
    const tried = await search(
      method,
      SPACE,
      start,
      30,
      createRandom(seed),
      async ({ x, y }) => -branin(x, y),
    )
    expect(tried.length).toBeLessThanOrEqual(30)
    expect(tried[0].point).toEqual(start)
    return -Math.max(...tried.map(({ value }) => value))
  }
  const byGrid = await found('grid', 1)
  for (const seed of [1, 2, 3]) {
    const byProcess = await found('bayes', seed)
    expect(byProcess).toBeLessThan(0.6)
    expect(byProcess).toBeLessThan(byGrid)
  }
})
