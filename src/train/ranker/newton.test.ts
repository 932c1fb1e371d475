import { createRandom } from '@nearside/core/model/random.ts'
import { describe, expect, it } from 'vitest'
import type { RankerDataset } from './dataset.ts'
import { fitNewton } from './newton.ts'

const COLUMNS = 4
const TRUE_WEIGHTS = [1.5, -0.8, 0.4, 0]

/** Cases whose targets are drawn from the softmax with known weights. */
function simulate(cases: number, rows: number, seed: number): RankerDataset {
  const random = createRandom(seed)
  const features = new Float32Array(cases * rows * COLUMNS)
  const target = new Float32Array(cases * rows)
  for (let c = 0; c < cases; c++) {
    const odds: number[] = []
    for (let k = 0; k < rows; k++) {
      let score = 0
      for (let f = 0; f < COLUMNS; f++) {
        const value = random.normal() * (f + 1)
        features[(c * rows + k) * COLUMNS + f] = value
        score += (TRUE_WEIGHTS[f] * value) / (f + 1)
      }
      odds.push(Math.exp(score))
    }
    let left = random.next() * odds.reduce((a, b) => a + b)
    const drawn = odds.findIndex((value) => {
      left -= value
      return left <= 0
    })
    target[c * rows + (drawn < 0 ? rows - 1 : drawn)] = 1
  }
  return {
    cases: Array.from({ length: cases }, () => ({
      shopper: '',
      time: 0,
      history: [],
      targets: [],
      weight: 1,
    })),
    start: Int32Array.from({ length: cases + 1 }, (_, c) => c * rows),
    item: new Int32Array(cases * rows),
    columns: COLUMNS,
    features,
    correction: new Float32Array(cases * rows),
    target,
  }
}

const scale = new Float32Array([1, 2, 3, 4])

describe('fitNewton', () => {
  it('the fit recovers the weights that generated the data', () => {
    const { weights } = fitNewton(simulate(3000, 12, 4), scale, { l2: 0.01, frozen: new Set() })
    TRUE_WEIGHTS.forEach((weight, f) => {
      expect(Math.abs(weights[f] - weight)).toBeLessThan(0.1)
    })
  })

  it('the fit ends where a step in any direction raises the loss', () => {
    const data = simulate(300, 12, 5)
    const best = fitNewton(data, scale, { l2: 1, frozen: new Set() })
    for (let f = 0; f < COLUMNS; f++) {
      for (const step of [-0.05, 0.05]) {
        const centre = best.weights.map((value, g) => (g === f ? value + step : value))
        const away = { l2: 0, frozen: new Set([0, 1, 2, 3]), centre }
        const here = { l2: 0, frozen: new Set([0, 1, 2, 3]), centre: best.weights }
        const penalty = (w: Float64Array) => (0.5 / 300) * w.reduce((sum, v) => sum + v * v, 0)
        expect(fitNewton(data, scale, away).loss + penalty(centre)).toBeGreaterThan(
          fitNewton(data, scale, here).loss + penalty(best.weights),
        )
      }
    }
  })

  it('the fit keeps the weights of frozen columns at `centre`, and pulls the other weights towards it as L2 grows', () => {
    const data = simulate(300, 12, 6)
    const centre = new Float64Array([0.5, 0.5, 0.5, 0.5])
    const frozen = fitNewton(data, scale, { l2: 1, frozen: new Set([1]), centre })
    expect(frozen.weights[1]).toBe(0.5)
    const pulled = fitNewton(data, scale, { l2: 1e7, frozen: new Set(), centre })
    for (const weight of pulled.weights) expect(weight).toBeCloseTo(0.5, 3)
  })
})
