import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { CommandContext } from '../../cli/command.ts'
import { writeBaseModel } from '../../core/model/files.ts'
import { METHODS } from '../../core/personal/imbalance/rebalance.ts'
import { publishModel } from '../../train/models/publish.ts'
import { shopEvents } from '../../train/shop/testEvents.ts'
import { writeShop } from '../../train/shop/write.ts'
import { testModel, testShop } from '../testShop.ts'
import { expectEnvelope } from './expectEnvelope.ts'
import { evaluateImbalance } from './imbalance.ts'
import { evaluateIncremental } from './incremental.ts'

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nearside-incremental-'))
  const shop = testShop(24, 6)
  const times = { name: shop.name, from: 0, to: 0, dayOnly: false }
  const { items, shoppers } = shop
  await writeShop(join(folder, shop.name), items, shopEvents({ ...times, items, shoppers }))
  await publishModel(join(folder, 'models'), await writeBaseModel(testModel(shop)))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

const question = () => ({
  shop: join(folder, 'testshop'),
  model: join(folder, 'models'),
  protocol: 'personal' as const,
  popularity: 'nightly' as const,
  now: Date.UTC(2025, 0, 1),
})

const contextOf = (signal: AbortSignal, lines: string[]): CommandContext => ({
  progress: { update() {}, clear() {} },
  print: (line) => lines.push(line),
  signal,
})

function run(signal: AbortSignal, lines: string[] = []) {
  return evaluateIncremental(question(), join(folder, 'report.html'), contextOf(signal, lines))
}

it('prints every arm and returns finite figures', async () => {
  const lines: string[] = []
  const result = await run(new AbortController().signal, lines)
  expect(result).toMatchObject({ shop: 'testshop', seed: 1 })
  expectEnvelope(result, 'incremental', ['base', 'base-rescaled', 'combination'])
  expect(result.cases).toBeGreaterThan(result.shoppers - 1)
  expect(result.strategies.map(({ strategy }) => strategy)).toEqual(
    ['online', 'batch', 'hybrid'].flatMap((name) => [name, name]),
  )
  for (const { name } of result.arms) expect(lines.join('\n')).toContain(name)
  expect(lines.join('\n')).not.toMatch(/NaN|undefined|Infinity/)
  const html = await readFile(join(folder, 'report.html'), 'utf8')
  expect(html).not.toMatch(/NaN|undefined|Infinity/)
  const [, block] = html.match(/id="result">(.*?)<\/script>/s) ?? []
  expect(JSON.parse(block ?? '')).toEqual(JSON.parse(JSON.stringify(result)))
}, 60_000)

it('stops when asked to', async () => {
  const abort = new AbortController()
  abort.abort()
  await expect(run(abort.signal)).rejects.toThrow(/stopped/)
})

it('compares every way to meet class imbalance, raw and corrected', async () => {
  const lines: string[] = []
  const result = await evaluateImbalance(question(), contextOf(new AbortController().signal, lines))
  const { arms, seeds } = result
  expectEnvelope(result, 'incremental', ['logistic, none', 'network, smote, corrected'])
  expect(seeds).toHaveLength(3)
  for (const learner of ['logistic', 'network'])
    expect(arms.filter((arm) => arm.learner === learner)).toHaveLength(2 * METHODS.length - 1)
  expect(lines.join('\n')).not.toMatch(/NaN|undefined|Infinity/)
}, 60_000)
