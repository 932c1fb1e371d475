import { expect, it } from 'vitest'
import { testShop } from '../evaluate/testShop.ts'
import { describeNeeds } from './needs.ts'

/** GB that are named. */
function memoryOf(shoppers: number, items: number): number {
  const text = describeNeeds({ ...testShop(shoppers, items), from: 0, to: 0 }, 3e6)
  return Number(/up to ([\d.]+) GB/.exec(text)?.[1])
}

it('counts the cases that the prior is learned from, of both halves', () => {
  // A log of 30,000 events took 1,033 MB there (docs/results/scale.md).
  expect(memoryOf(2000, 3000)).toBeGreaterThan(1)
  expect(memoryOf(10, 3000)).toBeLessThan(0.5)
  // Of a large catalog the best items alone are held.
  expect(memoryOf(2000, 50_000)).toBeLessThan(memoryOf(2000, 3000))
})
