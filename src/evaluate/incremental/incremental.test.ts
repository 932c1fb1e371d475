import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DAY } from '@nearside/core/time.ts'
import { shopEvents } from '@nearside/train/shop/testEvents.ts'
import { writeShop } from '@nearside/train/shop/testWrite.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { textLines } from '../report/report.ts'
import { expectEnvelope } from '../testResults.ts'
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

it('--protocol incremental compares updated models with fully trained models, period by period', async () => {
  const shop = testShop(120, 12)
  const dates = [20, 40, 60, 80].map((day) =>
    new Date(START + day * DAY).toISOString().slice(0, 10),
  )
  const file = join(folder, 'dates.txt')
  await writeFile(file, `${dates.join('\n')}\n`)
  const path = await store('orders', shop)
  const { result, report } = await ask(path, file)
  expectEnvelope(result, 'incremental', ['frozen', 'counted', 'updated', 'full'])
  expect(result.until).toBe(dates[2])
  expect(result.periods.map(({ cases }) => cases === null)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ])
  expect(result.periods.map(({ update }) => update?.slice(0, 13) ?? null)).toEqual([
    null,
    null,
    null,
    null,
    'counted anew,',
  ])
  const of = (arm: string) => result.arms.find((one) => one.name === arm)!
  expect(of('frozen').seconds).toEqual([0])
  expect(of('updated').seconds[0]).toBeGreaterThan(0)
  // Regular customers buy their favourites, and every arm knows these from the history. A random ranking of the twelve
  // items would score less.
  for (const arm of result.arms) expect(arm['ndcg@10']).toBeGreaterThan(0.6)
  const text = textLines(report).join('\n')
  for (const { name: arm } of result.arms) expect(text).toContain(arm)
  expect(text).not.toMatch(/NaN|undefined|Infinity/)

  const abort = new AbortController()
  abort.abort()
  await expect(ask(path, file, abort.signal)).rejects.toThrow(/stopped/)
}, 900_000)

it('--protocol incremental refuses a shop or periods that give too few cases', async () => {
  const shop = testShop(60, 12)
  const day = shop.shoppers.map(({ id, interactions }) => ({
    id,
    interactions: interactions.map((one) => ({ ...one, time: START })),
  }))
  await expect(ask(await store('day', { ...shop, shoppers: day }), 'week')).rejects.toThrow(
    /\b1 periods\b/,
  )
  const path = await store('few', shop)
  await expect(ask(path, 'month')).rejects.toThrow(/at least 5 are needed/)
  await expect(ask(path, 'no-such-file')).rejects.toThrow(/--periods no-such-file/)
  await expect(ask(path, 'week')).rejects.toThrow(/has \d held-out shoppers with an order/)
  await expect(ask(await store('single', testShop(60, 1)), 'week')).rejects.toThrow(
    /fewer than two items/,
  )
}, 120_000)
