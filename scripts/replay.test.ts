import { readFileSync } from 'node:fs'
import { isHeldOut } from '@nearside/train/holdout.ts'
import { readShop } from '@nearside/train/shop/read.ts'
import type { Shop } from '@nearside/train/shop/shop.ts'
import { beforeAll, expect, test } from 'vitest'
import { FILE, replayFile, SHOP } from './replay.ts'

let shop: Shop
beforeAll(async () => {
  shop = await readShop(SHOP)
})

test('the shipped replay file is the output of replay.ts', () => {
  expect(readFileSync(FILE, 'utf8') === replayFile(shop)).toBe(true)
})

test('every replayed shopper is held out from training', () => {
  const orders = new Map<string, string[]>()
  for (const { id, interactions } of shop.shoppers) {
    for (const time of new Set(interactions.map((one) => new Date(one.time).toISOString())))
      orders.set(time, [...(orders.get(time) ?? []), id])
  }
  const { shoppers } = JSON.parse(readFileSync(FILE, 'utf8')) as {
    shoppers: { label: string; orders: { time: string; items: string[] }[] }[]
  }
  expect(shoppers.map(({ label }) => label)).toEqual([...'ABCDEF'].map((one) => `Shopper ${one}`))
  for (const { orders: past } of shoppers) {
    // The replayed orders' times identify the shopper in the log.
    const who = past
      .map(({ time }) => orders.get(time) ?? [])
      .reduce((both, ids) => both.filter((id) => ids.includes(id)))
    expect(who).toHaveLength(1)
    expect(isHeldOut(who[0], 0.2, 1)).toBe(true)
    expect(past.length).toBeGreaterThanOrEqual(10)
  }
})

test('another event log gives another replay file', () => {
  const shoppers = shop.shoppers.map((one) => ({
    ...one,
    interactions: one.interactions.slice(0, -1),
  }))
  expect(replayFile({ ...shop, shoppers }) === replayFile(shop)).toBe(false)
})
