import { expect, it } from 'vitest'
import { createRandom } from '../../core/model/random.ts'
import {
  concatenate,
  distilled,
  type FitWeights,
  type RankerTable,
  RuledWeights,
  thin,
} from './rankerTable.ts'

/** Cases of two rows; the answer is the first, and `value` tells cases apart. */
function table(values: readonly number[]): RankerTable {
  return {
    columns: 2,
    cases: values.map((value) => ({ weight: value })),
    start: Int32Array.from({ length: values.length + 1 }, (_, c) => 2 * c),
    features: Float32Array.from(values.flatMap((value) => [value, 0, 0, value])),
    correction: new Float32Array(2 * values.length).fill(0.5),
    target: Float32Array.from(values.flatMap(() => [1, 0])),
  }
}

const weightsOf = ({ cases }: RankerTable) => cases.map(({ weight }) => weight)

it('joins tables so that each case keeps its rows', () => {
  const joined = concatenate([table([1, 2]), table([]), table([3])])
  expect(weightsOf(joined)).toEqual([1, 2, 3])
  expect([...joined.start]).toEqual([0, 2, 4, 6])
  expect(joined).toEqual(table([1, 2, 3]))
})

it('thins to about as many cases, whole ones', () => {
  const thinned = thin(table(Array.from({ length: 1000 }, (_, k) => k + 1)), 100, createRandom(2))
  const kept = weightsOf(thinned)
  expect(kept.length).toBeGreaterThan(60)
  expect(kept.length).toBeLessThan(140)
  expect(thinned).toEqual(table(kept))
  expect(thin(table([1, 2]), 5, createRandom(1))).toEqual(table([1, 2]))
})

it('distils: shares still sum to one, and lean to what the teacher says', () => {
  const { target } = distilled(table([1, 2]), Float64Array.of(0, Math.log(3)), 0.5)
  expect([...target]).toEqual([
    expect.closeTo(0.5 + 0.5 * (1 / 4), 6),
    expect.closeTo(0.5 * (3 / 4), 6),
    expect.closeTo(0.5 + 0.5 * (1 / 10), 6),
    expect.closeTo(0.5 * (9 / 10), 6),
  ])
})

/** Learns the number of cases it was shown, and says where it began. */
const fit: FitWeights = ({ cases }, centre) => ({
  weights: Float64Array.of(cases.length, centre[0]),
  steps: 2,
})

function ruled(rule: ConstructorParameters<typeof RuledWeights>[0]) {
  const settings = { fusionWeight: 0.25, cases: 10, distillation: 0.5 }
  const first = Float64Array.of(8, 8)
  const one = new RuledWeights(rule, settings, createRandom(1), first)
  const step = (cases: number, isFirst = false) =>
    one.learn(table(Array.from({ length: cases }, () => 1)), fit, first, isFirst)
  return { one, step, weights: () => [...one.weights] }
}

it('fuses new and old weights by λ; the first ones are taken as they are', () => {
  const { step, weights } = ruled('fuse')
  step(4, true)
  expect(weights()).toEqual([4, 8])
  expect(step(12)).toBe(2 * 24)
  expect(weights()).toEqual([0.25 * 12 + 0.75 * 4, 0.25 * 4 + 0.75 * 8])
})

it('renews from scratch, keeps, or replays what it remembers', () => {
  const renewed = ruled('renew')
  renewed.step(4, true)
  renewed.step(6)
  expect(renewed.weights()).toEqual([6, 8])
  const kept = ruled('keep')
  kept.step(4, true)
  expect(kept.step(6)).toBe(0)
  expect(kept.weights()).toEqual([4, 8])
  const replayed = ruled('replay')
  replayed.step(4, true)
  replayed.step(6)
  expect(replayed.weights()).toEqual([10, 4])
})

it('nothing to learn from changes nothing', () => {
  const { step, weights } = ruled('fuse')
  expect(step(0)).toBe(0)
  expect(weights()).toEqual([8, 8])
})
