import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CommandContext } from '../../cli/command.ts'
import { writeBaseModel } from '../../core/model/files.ts'
import { DAY } from '../../core/time.ts'
import { publishModel } from '../../train/models/publish.ts'
import { shopEvents } from '../../train/shop/testEvents.ts'
import { writeShop } from '../../train/shop/write.ts'
import { selectCases } from '../prepare.ts'
import { START, type TestShop, testModel, testShop, UNTIL } from '../testShop.ts'
import { evaluateBaseParts } from './baseParts.ts'
import { evaluateImbalance } from './imbalance.ts'
import { evaluateIncremental } from './incremental.ts'
import { load } from './load.ts'
import { evaluatePeriods } from './periods.ts'
import { evaluateStrategies } from './strategies.ts'

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

function context(lines: string[]): CommandContext {
  const { signal } = new AbortController()
  return { progress: { update() {}, clear() {} }, print: (line) => lines.push(line), signal }
}

function question(directory: string, protocol: 'personal' | 'leave-one-out' = 'personal') {
  const asked = { protocol, popularity: 'nightly' as const, now: NOW }
  return { ...asked, shop: directory, model: join(folder, 'models') }
}

/** The same shop, each shopper's events where `at` puts them. */
function moved(at: (time: number, k: number) => number): TestShop {
  const shoppers = shop.shoppers.map(({ id, interactions }) => ({
    id,
    interactions: interactions.map((one, k) => ({ ...one, time: at(one.time, k) })),
  }))
  return { ...shop, shoppers }
}

it('a few wrong lines change nothing of what is asked, and each reason is said', async () => {
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

it('times out of order are put in order, items that the model lacks join it', async () => {
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
  expect(joined.notes.slice(1)).toEqual([
    '1 items are unknown to the model and joined by their content',
  ])
  expect(joined.input.model.itemIds).toHaveLength(13)
})

describe('a log without a past, all of it on one day', () => {
  const events = { base: evaluateBaseParts, learners: evaluateIncremental }
  it.each(Object.entries(events))(
    '%s: finite figures',
    async (name, evaluate) => {
      const directory = await store(
        name,
        moved((_, k) => UNTIL + DAY + 60_000 * k),
      )
      const lines: string[] = []
      const result =
        evaluate === evaluateIncremental
          ? await evaluateIncremental(question(directory), undefined, context(lines))
          : await (evaluate as typeof evaluateBaseParts)(question(directory), context(lines))
      expect(lines.join('\n')).not.toMatch(/NaN|undefined|Infinity/)
      expect(result.cases).toBeGreaterThan(10)
    },
    60_000,
  )

  it('class imbalance: finite figures', async () => {
    const directory = await store(
      'imbalance',
      moved((_, k) => UNTIL + DAY + 60_000 * k),
    )
    const lines: string[] = []
    await evaluateImbalance(question(directory), context(lines))
    expect(lines.join('\n')).not.toMatch(/NaN|undefined|Infinity/)
  }, 60_000)

  it('strategies and leave-one-out refuse what gives no interval', async () => {
    const directory = await store(
      'day',
      moved((_, k) => UNTIL + DAY + 60_000 * k),
    )
    await expect(evaluateStrategies(question(directory), 1, context([]))).rejects.toThrow(
      /0 held-out shoppers have 3 orders or events before 2024-03-01/,
    )
    const once = await store(
      'once',
      moved(() => UNTIL + DAY),
    )
    const { input } = await load(question(once, 'leave-one-out'))
    expect(() => selectCases(input)).toThrow(/0 of \d+ held-out shoppers have two cases/)
  })
})

describe('periods', () => {
  const ask = (directory: string, lines: string[] = []) =>
    evaluatePeriods(
      { shop: directory, periods: 'week', tested: 1, seed: 1, seeds: 1, now: NOW },
      context(lines),
    )

  /** Sessions of three clicks along a chain of items, so many each week for four weeks. */
  async function clicks(name: string, sessions: number, shoppers: number, items = 20, more = '') {
    const lines = Array.from({ length: 4 * sessions }, (_, k) => {
      const [week, visit] = [Math.floor(k / sessions), k % sessions]
      return [0, 1, 2].map((step) => {
        const time = new Date(START + (7 * week + 1) * DAY + 60_000 * (3 * visit + step))
        const item = `i${(visit + step) % items}`
        return `s${visit % shoppers}\tview_item\t${item}\t${time.toISOString()}\t${k}`
      })
    })
    const directory = join(folder, name)
    await mkdir(directory)
    const all = ['shopper\tevent\titem\ttime\tsession', ...lines.flat(), more]
    await writeFile(join(directory, 'events.tsv'), all.join('\n'))
    return directory
  }

  it.each([
    ['three shoppers', 30, 3, 20, /knows 3 shoppers or sessions; at least 10/],
    ['one item', 30, 30, 1, /fewer than two items/],
    ['few sessions', 9, 12, 20, /knows 9 shoppers/],
  ])('%s are refused', async (name, sessions, shoppers, items, message) => {
    await expect(ask(await clicks(name, sessions, shoppers, items))).rejects.toThrow(message)
  })

  it('one day and a week with too few sessions are refused', async () => {
    await expect(
      ask(
        await store(
          'short',
          moved(() => START),
        ),
      ),
    ).rejects.toThrow(/spans 1 of these/)
    const gap = new Date(START + 40 * DAY).toISOString()
    await expect(
      ask(await clicks('gap', 30, 30, 20, `s1\tview_item\ti1\t${gap}\tlate`)),
    ).rejects.toThrow(/period 5 of 6 has 0 sessions of two clicks or more/)
  })

  it('a click of the future changes nothing but a note', async () => {
    const lines: string[] = []
    const { arms } = await ask(await clicks('now', 30, 30))
    const future = await ask(
      await clicks('future', 30, 30, 20, 's1\tview_item\ti1\t2031-01-01T00:00:00Z\tlate'),
      lines,
    )
    expect(future.arms.map(({ metrics }) => metrics)).toEqual(arms.map(({ metrics }) => metrics))
    expect(lines[lines.length - 1]).toMatch(/^Note: 1 line of the log in the future was left out/)
    expect(lines.join('\n')).not.toMatch(/NaN|undefined|Infinity/)
  }, 60_000)
})
