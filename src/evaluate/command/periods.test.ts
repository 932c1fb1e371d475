import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { CommandContext } from '../../cli/command.ts'
import type { ShopperHistory } from '../../core/features/cases.ts'
import { writeBaseModel } from '../../core/model/files.ts'
import { isHeldOut } from '../../train/holdout.ts'
import { importShop } from '../../train/import/importShop.ts'
import { publishModel } from '../../train/models/publish.ts'
import { shopEvents } from '../../train/shop/testEvents.ts'
import { writeShop } from '../../train/shop/write.ts'
import { START, testModel, testShop } from '../testShop.ts'
import { expectEnvelope } from './expectEnvelope.ts'
import { evaluatePeriods } from './periods.ts'
import { evaluateStrategies } from './strategies.ts'

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nearside-periods-'))
  for (let period = 0; period < 4; period++) {
    const clicks = Array.from({ length: 90 }, (_, k) => {
      const visit = Math.floor(k / 3)
      return `s${period}-${visit} i${(visit + (k % 3)) % 30}`
    })
    await writeFile(join(folder, `period_${period}.txt`), clicks.join('\n'))
  }
  await importShop({
    orders: folder,
    out: join(folder, 'clicks'),
    buildCatalog: async (facts) => facts.map(({ id }) => ({ id })),
  })
  const shop = testShop(60)
  const { name, items, shoppers } = shop
  const whole = { name, from: 0, to: 0, dayOnly: false, items, shoppers }
  await writeShop(join(folder, name), items, shopEvents(whole))
  await publishModel(join(folder, 'models'), await writeBaseModel(testModel(shop)))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

function context(lines: string[], signal = new AbortController().signal): CommandContext {
  return { progress: { update() {}, clear() {} }, print: (line) => lines.push(line), signal }
}

function periods(shop: string, lines: string[] = [], signal?: AbortSignal) {
  const question = { periods: 'week', tested: 1, seed: 1, seeds: 2, now: Date.UTC(2025, 0, 1) }
  return evaluatePeriods({ ...question, shop: join(folder, shop) }, context(lines, signal))
}

it('imports a folder of periods and compares updates on it', async () => {
  const lines: string[] = []
  const result = await periods('clicks', lines)
  expect(result.periods.map(({ from, events }) => [from, events])).toEqual([
    ['2000-01-03', 90],
    ['2000-01-10', 90],
    ['2000-01-17', 90],
    ['2000-01-24', 90],
  ])
  expect(result.periods.map(({ cases }) => cases)).toEqual([null, 60, 60, 60])
  expectEnvelope(result, 'incremental', ['incremental', 'full'])
  expect(result.until).toBe('2000-01-10')
  const full = result.arms.find(({ name }) => name === 'full')!
  // The chain never changes: what follows is among the first.
  expect(full.metrics['recall@20'].mean).toBe(1)
  expect(full.work.events).toBe(180 + 270)
  expect(result.arms.find(({ name }) => name === 'incremental')!.work.events).toBe(180)
  for (const { name } of result.arms) expect(lines.join('\n')).toContain(name)
  expect(lines.join('\n')).not.toMatch(/NaN|undefined|Infinity/)
}, 60_000)

it('an order shop is asked for the next order, by periods from a file', async () => {
  const shop = testShop(300, 12)
  const { name, items, shoppers } = shop
  const times = { name, from: 0, to: 0, dayOnly: false }
  await writeShop(join(folder, 'orders'), items, shopEvents({ ...times, items, shoppers }))
  const dates = [20, 40, 60, 80].map((day) =>
    new Date(START + day * 86_400_000).toISOString().slice(0, 10),
  )
  const file = join(folder, 'dates.txt')
  await writeFile(file, `${dates.join('\n')}\n`)
  const lines: string[] = []
  const result = await evaluatePeriods(
    {
      shop: join(folder, 'orders'),
      periods: file,
      tested: 1,
      seed: 1,
      seeds: 2,
      now: Date.UTC(2025, 0, 1),
    },
    context(lines),
  )
  expect(result.next).toBe('order')
  expectEnvelope(result, 'incremental', ['frozen-nightly', 'incremental', 'full'])
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
    result.periods[3].events - heldOutEvents(shoppers, dates[2], dates[3]),
  )
  expect(of('incremental').work.events).toBeLessThan(of('full').work.events / 3)
  expect(of('incremental').work.cases).toBeGreaterThan(0)
  expect(of('incremental').work.cases).toBeLessThanOrEqual(0.1 * of('full').work.cases)
  // Regulars buy their favourites: all arms know that, a guess of ten in twelve would not rank them.
  for (const { metrics } of result.arms) expect(metrics['ndcg@10'].mean).toBeGreaterThan(0.6)
  for (const { name: arm } of result.arms) expect(lines.join('\n')).toContain(arm)
  expect(lines.join('\n')).not.toMatch(/NaN|undefined|Infinity/)
}, 120_000)

function heldOutEvents(shoppers: readonly ShopperHistory[], from: string, to: string): number {
  const [start, end] = [Date.parse(from), Date.parse(to)]
  return shoppers
    .filter(({ id }) => isHeldOut(id, 0.2, 1))
    .flatMap(({ interactions }) => [...interactions])
    .filter(({ time }) => time >= start && time < end).length
}

it('stops when asked to', async () => {
  const abort = new AbortController()
  abort.abort()
  await expect(periods('clicks', [], abort.signal)).rejects.toThrow(/stopped/)
})

it('compares strategies on spliced lives', async () => {
  const lines: string[] = []
  const question = {
    shop: join(folder, 'testshop'),
    model: join(folder, 'models'),
    protocol: 'personal' as const,
    popularity: 'nightly' as const,
    now: Date.UTC(2025, 0, 1),
  }
  const result = await evaluateStrategies(question, 2, context(lines))
  expectEnvelope(result, 'incremental', ['no learning', 'online', 'batch', 'hybrid'])
  const [without, online] = result.arms
  expect(without.fitsPerEvent).toBe(0)
  expect(online.fitsPerEvent).toBeGreaterThan(0)
  expect(online.stepsPerEvent).toBeCloseTo(10 * online.fitsPerEvent, 9)
  expect(lines.join('\n')).toContain('hybrid')
  expect(lines.join('\n')).not.toMatch(/NaN|undefined|Infinity/)
}, 60_000)
