import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { testModel, testShop } from '../../evaluation/testShop.ts'
import { writeBaseModel } from '../../model/files.ts'
import { shopEvents, writeShop } from '../../pretrain/shop/write.ts'
import { writeModel } from '../../pretrain/writeModel.ts'
import type { CommandContext } from '../command.ts'
import { evaluateIncremental } from './incremental.ts'

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nearside-incremental-'))
  const shop = testShop(24, 6)
  const times = { name: shop.name, from: 0, to: 0, dayOnly: false }
  const { items, shoppers } = shop
  await writeShop(join(folder, shop.name), items, shopEvents({ ...times, items, shoppers }))
  await writeModel(join(folder, 'models'), await writeBaseModel(testModel(shop)))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

function run(signal: AbortSignal, lines: string[] = []) {
  const question = {
    shop: join(folder, 'testshop'),
    model: join(folder, 'models'),
    protocol: 'personal' as const,
    popularity: 'nightly' as const,
    now: Date.UTC(2025, 0, 1),
  }
  const context: CommandContext = {
    progress: { update() {}, clear() {} },
    print: (line) => lines.push(line),
    signal,
  }
  return evaluateIncremental(question, context)
}

it('prints every arm and returns finite figures', async () => {
  const lines: string[] = []
  const result = await run(new AbortController().signal, lines)
  expect(result).toMatchObject({ protocol: 'incremental', shop: 'testshop', seed: 1 })
  expect(result.cases).toBeGreaterThan(result.shoppers - 1)
  expect(result.strategies.map(({ strategy }) => strategy)).toEqual(
    ['online', 'batch', 'hybrid'].flatMap((name) => [name, name]),
  )
  for (const { name } of result.arms) expect(lines.join('\n')).toContain(name)
  expect(lines.join('\n')).not.toMatch(/NaN|undefined|Infinity/)
}, 60_000)

it('stops when asked to', async () => {
  const abort = new AbortController()
  abort.abort()
  await expect(run(abort.signal)).rejects.toThrow(/stopped/)
})
