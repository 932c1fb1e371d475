import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { writeBaseModel } from '../../core/model/files.ts'
import { publishModel } from '../../train/models/publish.ts'
import { shopEvents } from '../../train/shop/testEvents.ts'
import { writeShop } from '../../train/shop/write.ts'
import { testModel, testShop } from '../testShop.ts'
import { expectEnvelope } from './expectEnvelope.ts'
import { evaluateNoise, parseShares } from './noise.ts'

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nearside-noise-'))
  const shop = testShop(30, 12)
  const times = { name: shop.name, from: 0, to: 0, dayOnly: false }
  const { items, shoppers } = shop
  await writeShop(join(folder, shop.name), items, shopEvents({ ...times, items, shoppers }))
  await publishModel(join(folder, 'models'), await writeBaseModel(testModel(shop)))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

it('finds planted noise, walks every setting, and prints finite figures', async () => {
  const lines: string[] = []
  const question = {
    shop: join(folder, 'testshop'),
    model: join(folder, 'models'),
    protocol: 'personal' as const,
    popularity: 'nightly' as const,
    now: Date.UTC(2025, 0, 1),
  }
  const result = await evaluateNoise(question, [0.4], {
    progress: { update() {}, clear() {} },
    print: (line) => lines.push(line),
    signal: new AbortController().signal,
  })
  expectEnvelope(result, 'noise', ['personal', 'base-fresh@misclicks=0.4,cleaner=rules'])
  expect(result.ranking.map(({ share }) => share)).toEqual([0, 0, 0.4, 0.4, 0.4])
  const [asItCame] = result.ranking
  expect(asItCame.baseChange).toEqual({ relative: 0, lo: 0, hi: 0 })
  const rules = result.detection.find(({ cleaner }) => cleaner === 'rules')
  expect(rules?.recall['fast script']).toBeGreaterThan(0.9)
  expect(rules?.recall.misclick).toBeGreaterThan(0.6)
  expect(rules?.recall['slow script']).toBeLessThan(0.2)
  expect(lines.join('\n')).not.toMatch(/NaN|undefined|Infinity/)
}, 60_000)

it('refuses shares that are none', () => {
  expect(parseShares('0.1,0.4')).toEqual([0.1, 0.4])
  for (const text of ['', '0', '0.1,x', '1.5', '-0.1'])
    expect(() => parseShares(text)).toThrow(/--misclicks/)
})
