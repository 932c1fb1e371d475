import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { History } from '../../core/features/history.ts'
import { profileOf } from '../../core/features/profile.ts'
import { DIMENSION } from '../../core/model/baseModel.ts'
import { encode } from '../../core/model/encoder.ts'
import { multiply } from '../../core/model/multiply.ts'
import { createRandom } from '../../core/model/random.ts'
import { tinyModel } from '../../core/model/testModel.ts'
import { createTasteSource } from './tasteSource.ts'

const NOW = 1_700_000_000_000
const random = createRandom(7)
const noise = (tensor: Float32Array) => tensor.map(() => random.normal())
const tiny = tinyModel()
/** Weights that tell histories apart. */
const model = {
  ...tiny,
  itemVectors: noise(tiny.itemVectors),
  projection: noise(tiny.projection),
  encoder: new Map(
    [...tiny.encoder].map(([name, tensor]) => [
      name,
      { ...tensor, data: noise(tensor.data as Float32Array) },
    ]),
  ),
}
const rows = model.itemIds.length
const mean = new Float32Array(DIMENSION)

const view = (item: number, age: number) => ({
  item,
  name: 'view_item' as const,
  time: NOW - age * 3_600_000,
  session: 's',
})
const tasteOf = (history: History) => multiply(model.projection, encode(model, history, NOW))
const lift = (taste: Float32Array, row: number) =>
  taste.reduce((sum, value, j) => sum + value * model.itemVectors[row * DIMENSION + j], 0)
const sourceOf = (history: History) => {
  const { interactions } = profileOf(history, NOW)
  const taste = tasteOf(history)
  return createTasteSource(model, history, NOW, interactions, taste, taste, mean)
}

test('the only thing that was touched is why, whatever the taste likes', () => {
  const history = [view(1, 2), view(1, 1)]
  const liked = [...Array(rows).keys()].filter((row) => lift(tasteOf(history), row) > 0)
  expect(liked.length).toBeGreaterThan(0)
  for (const row of liked) expect(sourceOf(history)(row)).toEqual({ item: 1, alone: true })
})

test('what is named is missed most; by far, where it is called the reason', () => {
  let named = 0
  fc.assert(
    fc.property(
      fc.array(fc.nat(rows - 1), { minLength: 2, maxLength: 6 }),
      fc.nat(rows - 1),
      (items, row) => {
        const history = items.map((item, k) => view(item, items.length - k))
        const whole = lift(tasteOf(history), row)
        const without = (item: number) => history.filter((entry) => entry.item !== item)
        const fall = (item: number) =>
          without(item).length === 0 ? whole : whole - lift(tasteOf(without(item)), row)
        const distinct = [...new Set(items)]
        const [most, next = 0] = distinct.map(fall).sort((a, b) => b - a)
        const source = sourceOf(history)(row)
        const stands = most > 0 && most >= 0.1 * whole && most >= 2 * next
        const atTheEdge = [most, most - 0.1 * whole, most - 2 * next].some(
          (x) => Math.abs(x) < 1e-3,
        )
        if (atTheEdge) return
        expect(source !== null).toBe(most > 0)
        if (source === null) return
        expect(source.alone).toBe(stands)
        expect(fall(source.item)).toBeCloseTo(most, 3)
        if (source.alone) named++
      },
    ),
    { seed: 1, numRuns: 200 },
  )
  expect(named).toBeGreaterThan(20)
  expect(named).toBeLessThan(180)
})
