import { expect, it } from 'vitest'
import { candidatesOf } from './candidates.ts'
import type { RankerDataset } from './dataset.ts'

/** Two cases of four rows with one feature; the second one's target is out of reach. */
const data: RankerDataset = {
  cases: ['a', 'b'].map((shopper) => ({ shopper, time: 0, history: [], targets: [0], weight: 1 })),
  start: Int32Array.of(0, 4, 8),
  item: Int32Array.of(10, 11, 12, 13, 20, 21, 22, 23),
  columns: 1,
  features: Float32Array.of(3, 9, 5, 1, 0, 8, 6, 7),
  correction: Float32Array.of(0, 0, 0, 2, 0, 0, 0, 2),
  target: Float32Array.of(0.25, 0.5, 0.25, 0, 1, 0, 0, 0),
}

it('keeps the highest rows of each case that reach a target, and shares what is left', () => {
  const kept = candidatesOf(data, Float32Array.of(2), Float64Array.of(1), 2)
  expect(kept.cases.map(({ shopper }) => shopper)).toEqual(['a'])
  expect([...kept.start]).toEqual([0, 2])
  expect([...kept.item]).toEqual([11, 12])
  expect([...kept.features]).toEqual([9, 5])
  expect([...kept.correction]).toEqual([0, 0])
  expect(kept.target[0]).toBeCloseTo(2 / 3, 6)
  expect(kept.target[1]).toBeCloseTo(1 / 3, 6)
})

it('follows the sign of the weights', () => {
  const kept = candidatesOf(data, Float32Array.of(1), Float64Array.of(-1), 1)
  expect([...kept.item]).toEqual([20])
})
