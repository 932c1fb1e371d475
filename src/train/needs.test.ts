import { testShop } from '@nearside/evaluate/testShop.ts'
import { expect, it } from 'vitest'
import { describeNeeds } from './needs.ts'

/** Memory in GB that the text of `describeNeeds` names. */
function memoryOf(shoppers: number, items: number): number {
  const text = describeNeeds({ ...testShop(shoppers, items), from: 0, to: 0 }, 3e6)
  return Number(/up to ([\d.]+) GB/.exec(text)?.[1])
}

it('the estimated download, which is compared with the budget, counts 64 bytes for each picture vector', () => {
  const shop = { ...testShop(10, 3000), from: 0, to: 0 }
  const pictureVector = Array.from({ length: 64 }, () => 0.125)
  const items = shop.items.map((item, k) => (k < 2000 ? { ...item, pictureVector } : item))
  const download = (text: string) => Number(/download about ([\d.]+) MB/.exec(text)?.[1])
  expect(download(describeNeeds(shop, 650_000))).toBe(0.6)
  expect(describeNeeds(shop, 650_000)).not.toContain('budget')
  expect(download(describeNeeds({ ...shop, items }, 650_000))).toBe(0.73)
  expect(describeNeeds({ ...shop, items }, 650_000)).toContain('budget')
})

it('the memory estimate grows with the number of shoppers, but not with the number of items', () => {
  expect(memoryOf(2000, 3000)).toBeGreaterThan(0.5)
  expect(memoryOf(10, 3000)).toBeLessThan(0.5)
  // A larger catalog needs no more memory, because only the best items of a case stay in memory.
  expect(memoryOf(2000, 50_000)).toBeLessThanOrEqual(memoryOf(2000, 3000))
})
