import { testShop } from '@nearside/evaluate/testShop.ts'
import { expect, it } from 'vitest'
import { describeNeeds } from './needs.ts'

/** Memory in GB that the description names. */
function memoryOf(shoppers: number, items: number): number {
  const text = describeNeeds({ ...testShop(shoppers, items), from: 0, to: 0 }, 3e6)
  return Number(/up to ([\d.]+) GB/.exec(text)?.[1])
}

it('the memory estimate counts the cases that ranker and prior learn from', () => {
  expect(memoryOf(2000, 3000)).toBeGreaterThan(0.5)
  expect(memoryOf(10, 3000)).toBeLessThan(0.5)
  // A larger catalog takes no more, because only the best items of a case are held.
  expect(memoryOf(2000, 50_000)).toBeLessThanOrEqual(memoryOf(2000, 3000))
})
