import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ShopperHistory } from '../../core/features/cases.ts'
import { DAY } from '../../core/time.ts'
import { isHeldOut } from '../../train/holdout.ts'
import { shopEvents } from '../../train/shop/testEvents.ts'
import { writeShop } from '../../train/shop/testWrite.ts'
import { textLines } from '../report/report.ts'
import { expectEnvelope } from '../testEnvelope.ts'
import { START, type TestShop, testShop } from '../testShop.ts'
import { evaluateIncremental } from './incremental.ts'

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nearside-incremental-'))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

async function store(name: string, { items, shoppers }: TestShop): Promise<string> {
  const directory = join(folder, name)
  const whole = { name, from: 0, to: 0, dayOnly: false, items, shoppers }
  await writeShop(directory, items, shopEvents(whole))
  return directory
}

function ask(shop: string, periods: string, signal = new AbortController().signal) {
  const question = { shop, periods, seed: 1, now: Date.UTC(2025, 0, 1) }
  return evaluateIncremental(question, { onProgress() {}, signal })
}

it('compares updates with full training, by periods from a file', async () => {
  const shop = testShop(300, 12)
  const dates = [20, 40, 60, 80].map((day) =>
    new Date(START + day * DAY).toISOString().slice(0, 10),
  )
  const file = join(folder, 'dates.txt')
  await writeFile(file, `${dates.join('\n')}\n`)
  const { result, report } = await ask(await store('orders', shop), file)
  expectEnvelope(result, 'incremental', ['frozen', 'frozen-nightly', 'incremental', 'full'])
  expect(result.until).toBe(dates[2])
  expect(result.periods.map(({ cases }) => cases === null)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ])
  const of = (arm: string) => result.arms.find((one) => one.name === arm)!
  expect(of('frozen').work.seconds).toBe(0)
  expect(of('incremental').work.events).toBe(
    result.periods[3].events - heldOutEvents(shop.shoppers, dates[2], dates[3]),
  )
  expect(of('incremental').work.events).toBeLessThan(of('full').work.events / 3)
  expect(of('incremental').work.cases).toBeGreaterThan(0)
  expect(of('incremental').work.cases).toBeLessThanOrEqual(0.1 * of('full').work.cases)
  // Regulars buy their favourites: all arms know that, a guess of ten in twelve would not rank them.
  for (const { metrics } of result.arms) expect(metrics['ndcg@10'].mean).toBeGreaterThan(0.6)
  const text = textLines(report).join('\n')
  for (const { name: arm } of result.arms) expect(text).toContain(arm)
  expect(text).not.toMatch(/NaN|undefined|Infinity/)
}, 120_000)

function heldOutEvents(shoppers: readonly ShopperHistory[], from: string, to: string): number {
  const [start, end] = [Date.parse(from), Date.parse(to)]
  return shoppers
    .filter(({ id }) => isHeldOut(id, 0.2, 1))
    .flatMap(({ interactions }) => [...interactions])
    .filter(({ time }) => time >= start && time < end).length
}

it('refuses what gives no number, in a sentence, and stops when asked to', async () => {
  const shop = testShop(60, 12)
  const day = shop.shoppers.map(({ id, interactions }) => ({
    id,
    interactions: interactions.map((one) => ({ ...one, time: START })),
  }))
  await expect(ask(await store('day', { ...shop, shoppers: day }), 'week')).rejects.toThrow(
    /spans 1 of these/,
  )
  const path = await store('few', shop)
  await expect(ask(path, 'month')).rejects.toThrow(/at least two more are needed/)
  await expect(ask(path, 'no-such-file')).rejects.toThrow(/neither week nor month/)
  await expect(ask(path, 'week')).rejects.toThrow(/has \d held-out shoppers with an order/)
  await expect(ask(await store('single', testShop(60, 1)), 'week')).rejects.toThrow(
    /fewer than two items/,
  )
  const abort = new AbortController()
  abort.abort()
  await expect(ask(path, 'week', abort.signal)).rejects.toThrow(/stopped/)
}, 120_000)
