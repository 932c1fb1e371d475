import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testShop } from '@nearside/evaluate/testShop.ts'
import { readNewShop } from '@nearside/storefront/replay/newShop.ts'
import { shopEvents } from '@nearside/train/shop/testEvents.ts'
import { writeShop } from '@nearside/train/shop/testWrite.ts'
import { expect, test } from 'vitest'
import { newShopFile, RECORDED } from './newShop.ts'

test('the same seed gives the same simulated weeks of a new shop, and another seed gives other weeks', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nearside-new-shop-'))
  try {
    const shop = testShop(60, 40)
    await writeShop(folder, shop.items, shopEvents({ ...shop, from: 0, to: 0 }))
    const question = { ...RECORDED, shop: folder, devices: 40, rounds: 3, published: 2 }
    const text = await newShopFile(question)
    expect(readNewShop(JSON.parse(text)).weeks).toHaveLength(3)
    expect((await newShopFile(question)) === text).toBe(true)
    expect((await newShopFile({ ...question, seed: 2 })) === text).toBe(false)
  } finally {
    await rm(folder, { recursive: true })
  }
})
