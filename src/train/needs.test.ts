import { testShop } from '@nearside/evaluate/testShop.ts'
import { expect, it } from 'vitest'
import { describeNeeds } from './needs.ts'

/** Memory in GB that the description names. */
function memoryOf(shoppers: number, items: number): number {
  const text = describeNeeds({ ...testShop(shoppers, items), from: 0, to: 0 }, 3e6)
  return Number(/up to ([\d.]+) GB/.exec(text)?.[1])
}

it('the memory estimate counts the cases that the prior learns from', () => {
  // More than 1 GB, because the prior of a log with 3,000 items took 1,033 MB (docs/results/scale.md).
  expect(memoryOf(2000, 3000)).toBeGreaterThan(1)
  expect(memoryOf(10, 3000)).toBeLessThan(0.5)
  // For a large catalog only the best items are held in memory.
  expect(memoryOf(2000, 50_000)).toBeLessThan(memoryOf(2000, 3000))
})
