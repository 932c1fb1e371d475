import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { CommandContext } from '../../cli/command.ts'
import { writeBaseModel } from '../../core/model/files.ts'
import { publishModel } from '../../train/models/publish.ts'
import type { Shop } from '../../train/shop/shop.ts'
import { shopEvents } from '../../train/shop/testEvents.ts'
import { writeShop } from '../../train/shop/write.ts'
import { withholdItems } from '../../train/withhold.ts'
import { testModel, testShop } from '../testShop.ts'
import { evaluateBaseParts } from './baseParts.ts'
import { expectEnvelope } from './expectEnvelope.ts'
import { evaluateNewItems } from './newItems.ts'

const FRACTION = 0.3
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nearside-base-'))
  const made = testShop()
  const shop: Shop = { ...made, from: 0, to: 0 }
  await writeShop(join(folder, shop.name), shop.items, shopEvents(shop))
  await publishModel(join(folder, 'whole'), await writeBaseModel(testModel(made)))
  const less = withholdItems(shop, FRACTION, 1)
  const model = testModel(less)
  const items = shop.items.length - less.items.length
  const manifest = { ...model.manifest, withheldItems: { fraction: FRACTION, items } }
  await publishModel(join(folder, 'less'), await writeBaseModel({ ...model, manifest }))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

function question(model: string) {
  return {
    shop: join(folder, 'testshop'),
    model: join(folder, model),
    popularity: 'nightly' as const,
    now: Date.UTC(2025, 0, 1),
  }
}

function contextOf(lines: string[], signal = new AbortController().signal): CommandContext {
  return { progress: { update() {}, clear() {} }, print: (line) => lines.push(line), signal }
}

it('prints the parts of the base, each with finite figures', async () => {
  const lines: string[] = []
  const asked = { ...question('whole'), protocol: 'personal' as const }
  const result = await evaluateBaseParts(asked, contextOf(lines))
  expectEnvelope(result, 'personal', ['encoder', 'base-fresh'])
  expect(result.cases).toBeGreaterThan(result.shoppers)
  for (const { name, ...figures } of result.arms) {
    expect(lines.join('\n')).toContain(name)
    for (const value of Object.values(figures)) expect(value).toBeGreaterThanOrEqual(0)
  }
  expect(lines.join('\n')).not.toMatch(/NaN|undefined|Infinity/)
})

it('asks a model for the items that it was kept from', async () => {
  const lines: string[] = []
  const result = await evaluateNewItems(question('less'), contextOf(lines))
  expect(result.newItems).toBeGreaterThan(3)
  expect(result.items).toBe(30)
  // No new item has a past, so to popularity they are all alike.
  expect(result.arms[0]['percentile@new']).toEqual({ mean: 0.5, lo: 0.5, hi: 0.5 })
  expect(lines.join('\n')).not.toMatch(/NaN|undefined|Infinity/)
})

it('refuses a model that saw every item', async () => {
  await expect(evaluateNewItems(question('whole'), contextOf([]))).rejects.toThrow(
    /--withhold-items/,
  )
})

it('stops when asked to', async () => {
  const abort = new AbortController()
  abort.abort()
  const asked = { ...question('whole'), protocol: 'personal' as const }
  await expect(evaluateBaseParts(asked, contextOf([], abort.signal))).rejects.toThrow(/stopped/)
})
