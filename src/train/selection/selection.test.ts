import { createRandom } from '@nearside/core/model/random.ts'
import { expect, test } from 'vitest'
import { evaluate } from '../ranker/newton.ts'
import { lassoPath } from './lasso.ts'
import { gainOf, informationGains, joinRecords, judgeFeatures } from './select.ts'
import { NAMES, planted } from './testPlanted.ts'

const PLAIN = { l2: 0, frozen: new Set<number>() }
const ONES = new Float32Array(NAMES.length).fill(1)

test('information gain is the entropy that a split removes', () => {
  const weights = new Float32Array(4).fill(1)
  const labels = Uint8Array.of(0, 0, 1, 1)
  expect(gainOf(Uint8Array.of(0, 0, 1, 1), 2, weights, labels)).toBeCloseTo(1, 12)
  expect(gainOf(Uint8Array.of(0, 1, 0, 1), 2, weights, labels)).toBeCloseTo(0, 12)
  // In Quinlan's weather data, the feature outlook gains .247 bits.
  const outlook = [0, 0, 1, 2, 2, 2, 1, 0, 0, 2, 0, 1, 1, 2]
  const play = [0, 0, 1, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 0]
  const all = new Float32Array(14).fill(1)
  expect(gainOf(Uint8Array.from(outlook), 3, all, Uint8Array.from(play))).toBeCloseTo(0.2467, 4)
})

test('only an informative feature has more information gain than its shuffled values', () => {
  const gains = informationGains(planted(400, 1), createRandom(1))
  const [likes, dislikes, constant, , ofCase] = gains
  expect(likes.gain).toBeGreaterThan(3 * likes.noise)
  expect(dislikes.gain).toBeGreaterThan(dislikes.noise)
  expect(constant).toEqual({ gain: 0, noise: 0 })
  // Shuffling inside a case cannot change a feature that differs only between cases.
  expect(ofCase.gain).toBeCloseTo(ofCase.noise, 12)
})

test('a noise feature has more information gain than its shuffled values about once in twenty', () => {
  let alarms = 0
  for (let seed = 10; seed < 50; seed++) {
    const { gain, noise } = informationGains(planted(60, seed, 12), createRandom(seed))[3]
    if (gain > noise) alarms++
  }
  // Noise passes by chance once in 20. By binomial(40, 1/20), 7 or more alarms occur about 3 times in 1,000.
  expect(alarms).toBeLessThan(7)
})

test('the softmax gradient agrees with central differences of its loss', () => {
  const data = planted(20, 3)
  const inverse = new Float64Array(NAMES.length).fill(1)
  const at = Float64Array.of(0.3, -0.2, 0.1, 0.05, 0, -0.4)
  const { gradient } = evaluate(data, inverse, at, PLAIN, 'gradient')
  for (let f = 0; f < at.length; f++) {
    const moved = (by: number) =>
      evaluate(
        data,
        inverse,
        at.map((value, g) => (g === f ? value + by : value)),
        PLAIN,
        'loss',
      ).loss
    expect(gradient[f]).toBeCloseTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 5)
  }
})

test('the L1 path starts with all weights 0, then gives weight to the true features, and ends near the true weights', () => {
  const path = lassoPath(planted(600, 4), ONES, [1, 0.3, 0.1, 0.01, 0.001])
  expect([...path[0].weights].every((weight) => Math.abs(weight) < 1e-3)).toBe(true)
  const strong = path[1].weights
  expect(strong[0]).toBeGreaterThan(0.2)
  for (const f of [2, 3, 4, 5]) expect(strong[f]).toBe(0)
  const last = path[4].weights
  expect(last[0]).toBeCloseTo(1.2, 0)
  expect(last[1]).toBeCloseTo(-0.9, 0)
})

test('an L1 solution meets its optimality conditions', () => {
  const data = planted(200, 8)
  const inverse = new Float64Array(NAMES.length).fill(1)
  const zero = evaluate(data, inverse, new Float64Array(NAMES.length), PLAIN, 'gradient').gradient
  const largest = Math.max(...zero.map(Math.abs))
  for (const { strength, weights } of lassoPath(data, ONES, [0.5, 0.1, 0.02])) {
    const { gradient } = evaluate(data, inverse, weights, PLAIN, 'gradient')
    weights.forEach((weight, f) => {
      const limit = strength * largest
      if (weight === 0) expect(Math.abs(gradient[f])).toBeLessThanOrEqual(limit + 1e-4)
      else expect(gradient[f]).toBeCloseTo(-Math.sign(weight) * limit, 3)
    })
  }
})

test('judgeFeatures names each feature that carries no information, and the reason', () => {
  const report = judgeFeatures(NAMES, planted(400, 1), 1)
  const carries = Object.fromEntries(report.features.map(({ name, carries }) => [name, carries]))
  expect(carries).toMatchObject({
    likes: 'something',
    dislikes: 'something',
    constant: 'nothing: constant',
    'of the case': 'nothing: no gain, never entered',
  })
  const records = NAMES.map((name) => ({
    name,
    scale: 1,
    weight: 1,
    kept: true,
    reason: 'by hand',
  }))
  const joined = joinRecords(report, records)
  expect(joined.records[0].reason).toMatch(/^by hand; information gain .* millibits/)
  expect(joined.records[2].reason).toBe('by hand; carries nothing: constant')
  expect(joined.report.features[0]).toMatchObject({ kept: true, reason: 'by hand' })
})
