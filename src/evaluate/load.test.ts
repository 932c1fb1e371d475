import { appendFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeBaseModel } from '@nearside/core/model/files.ts'
import { DAY } from '@nearside/core/time.ts'
import { publishModel } from '@nearside/train/models/publish.ts'
import { shopEvents } from '@nearside/train/shop/testEvents.ts'
import { writeShop } from '@nearside/train/shop/testWrite.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { selectCases } from './cases.ts'
import { load } from './load.ts'
import { type TestShop, testModel, testShop, UNTIL } from './testShop.ts'

const NOW = Date.UTC(2025, 0, 1)
const WRONG = [
  'shopper1\tpurchase\titem1\t2031-01-01T00:00:00Z',
  'shopper1\tpurchase\titem1\t',
  'shopper2\tpurchase\titem2\tyesterday',
]
const shop = testShop(40, 12)
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nearside-bad-'))
  await publishModel(join(folder, 'models'), await writeBaseModel(testModel(shop)))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

async function store(name: string, { items, shoppers }: TestShop, ...lines: string[]) {
  const directory = join(folder, name, 'testshop')
  const whole = { name, from: 0, to: 0, dayOnly: false, items, shoppers }
  await writeShop(directory, items, shopEvents(whole), { gzip: false })
  await appendFile(join(directory, 'events.tsv'), lines.map((line) => `${line}\t\n`).join(''))
  return directory
}

function question(directory: string, protocol: 'personal' | 'leave-one-out' = 'personal') {
  const asked = { protocol, now: NOW }
  return { ...asked, shop: directory, model: join(folder, 'models') }
}

/** The test shop, with the event times that `at` returns. */
function moved(at: (time: number, k: number) => number): TestShop {
  const shoppers = shop.shoppers.map(({ id, interactions }) => ({
    id,
    interactions: interactions.map((one, k) => ({ ...one, time: at(one.time, k) })),
  }))
  return { ...shop, shoppers }
}

it('load leaves out invalid lines of the log, reports the reason for each, and keeps the other events', async () => {
  const { input, notes } = await load(question(await store('clean', shop)))
  const wrong = await load(question(await store('wrong', shop, ...WRONG)))
  const said = [expect.stringMatching(/^the base model has/)]
  expect(notes).toEqual(said)
  expect(wrong.input.shoppers).toEqual(input.shoppers)
  expect(wrong.notes.map((note) => note.replace(/ \(line.*/, ''))).toEqual([
    ...said,
    '1 line of the log in the future was left out',
    '1 line of the log without a time was left out',
    '1 line of the log whose time is no ISO date or date-time was left out',
  ])
})

it('load sorts events by time, and adds items of the log that the model lacks', async () => {
  const { shoppers } = (await load(question(await store('ordered', shop)))).input
  const backwards = shop.shoppers.map(({ id, interactions }) => ({
    id,
    interactions: [...interactions].reverse(),
  }))
  const turned = await store('turned', { ...shop, shoppers: backwards })
  const read = (await load(question(turned))).input.shoppers
  const times = (all: typeof read) => all.map(({ interactions }) => interactions.map((e) => e.time))
  expect(times(read)).toEqual(times(shoppers))
  const unknown = await store('unknown', shop, 'shopper3\tpurchase\tstranger\t2024-03-20')
  const joined = await load(question(unknown))
  expect(joined.notes.slice(1)).toEqual([expect.stringMatching(/^1 items /)])
  expect(joined.input.model.itemIds).toHaveLength(13)
})

it('leave-one-out refuses a log in which each shopper has one visit', async () => {
  const once = await store(
    'once',
    moved(() => UNTIL + DAY),
  )
  const { input } = await load(question(once, 'leave-one-out'))
  expect(() => selectCases(input)).toThrow(/0 of \d+ held-out shoppers have two cases/)
})
