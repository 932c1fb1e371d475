import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { writeBaseModel } from '../src/core/model/files.ts'
import { DAY } from '../src/core/time.ts'
import { textLines } from '../src/evaluate/report/report.ts'
import { testModel, testShop } from '../src/evaluate/testShop.ts'
import { publishModel } from '../src/train/models/publish.ts'
import { DEFAULT_RANKER } from '../src/train/ranker/trainRanker.ts'
import { shopEvents } from '../src/train/shop/testEvents.ts'
import { writeShop } from '../src/train/shop/testWrite.ts'
import { experiment as baseParts } from './baseParts/experiment.ts'
import { experiment as clickRounds } from './clickRounds/experiment.ts'
import { experiment as deviceLearners } from './deviceLearners/experiment.ts'
import type { Asked, Experiment } from './experiment.ts'
import { experiment as hyperparameters } from './hyperparameters/experiment.ts'
import type { SearchReport } from './hyperparameters/rankerSearch.ts'
import { experiment as imbalance } from './imbalance/experiment.ts'
import { experiment as learners } from './learners/experiment.ts'
import { experiment as newItems } from './newItems/experiment.ts'
import { experiment as noise } from './noise/experiment.ts'
import { experiment as optimisers } from './optimisers/experiment.ts'
import { fedAdam, fedAvg, momentum } from './optimisers/optimisers.ts'
import { experiment as settings } from './search/settings.ts'
import { experiment as teaching } from './search/teaching.ts'
import { experiment as selection } from './selection/experiment.ts'
import { experiment as states } from './states/experiment.ts'
import { experiment as strategies } from './strategies/experiment.ts'

interface NewItemsResult {
  readonly items: number
  readonly newItems: number
  readonly cases: number
}

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nearside-lab-'))
  const shop = testShop(30, 10)
  await writeShop(join(folder, shop.name), shop.items, shopEvents({ ...shop, from: 0, to: 0 }))
  await publishModel(join(folder, 'models'), await writeBaseModel(testModel(shop)))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

async function run(
  experiment: Experiment,
  shop: string,
  { until, ...options }: Asked['options'] & { readonly until?: string } = {},
) {
  const { result, report } = await experiment.run(
    {
      question: {
        shop: join(folder, shop),
        model: join(folder, 'models'),
        protocol: 'personal',
        until,
        now: Date.UTC(2025, 0, 1),
      },
      seed: 1,
      options,
    },
    { onProgress() {}, signal: new AbortController().signal },
  )
  expect(textLines(report).join('\n')).not.toMatch(/NaN|undefined|Infinity/)
  return result as { arms: { name: string; 'ndcg@10': number }[] } & SearchReport & NewItemsResult
}

it.each(Object.entries({ learners, deviceLearners, imbalance, baseParts, noise, teaching }))(
  '%s answers with finite figures',
  async (_, experiment) => {
    await run(experiment, 'testshop', { misclicks: '0.2' })
  },
  120_000,
)

it('compares strategies on lives with another past', async () => {
  const { arms } = await run(strategies, 'testshop')
  expect(arms.map(({ name }) => name)).toEqual(['no learning', 'online', 'batch', 'hybrid'])
}, 60_000)

it('steps as the optimisers of a server do', () => {
  const mean = Float64Array.of(0.1, -0.2)
  const close = (steps: Float64Array, expected: readonly number[]) =>
    expect([...steps]).toEqual(expected.map((x) => expect.closeTo(x, 12)))
  close(fedAvg(2)(mean), [0.2, -0.4])
  const withMomentum = momentum(1, 0.5)
  close(withMomentum(mean), [0.1, -0.2])
  close(withMomentum(mean), [0.15, -0.3])
  const adam = fedAdam(1, 0.5, 0.75, 0.1)
  // m = 0.05 and −0.1; v = 0.75 · 0.01 + 0.25 · x².
  close(adam(mean), [0.05 / (0.1 + 0.1), -0.1 / (Math.sqrt(0.0175) + 0.1)])
})

it('compares optimisers over rounds', async () => {
  const { arms } = await run(optimisers, 'testshop')
  expect(arms).toHaveLength(5)
})

it('new items are asked of a model that was trained without them', async () => {
  const made = testShop(150, 31)
  await writeShop(join(folder, 'larger'), made.items, shopEvents({ ...made, from: 0, to: 0 }))
  await expect(run(newItems, 'larger')).rejects.toThrow(/--until/)
  const {
    items,
    newItems: withheld,
    cases,
  } = await run(newItems, 'larger', { until: '2024-03-01' })
  expect(items).toBe(31)
  expect(withheld).toBeGreaterThan(0)
  expect(withheld).toBeLessThan(10)
  expect(cases).toBeGreaterThan(0)
}, 300_000)

it('searches a grid over moments in order, and begins with what is in use', async () => {
  const made = testShop(60, 12)
  await writeShop(join(folder, 'searched'), made.items, shopEvents({ ...made, from: 0, to: 0 }))
  const { trials, origins, best } = await run(hyperparameters, 'searched', {
    method: 'grid',
    trials: 9,
  })
  // What is in use, and both ends of each of three settings.
  expect(trials).toHaveLength(9)
  expect(new Set(trials.map(({ parameters }) => JSON.stringify(parameters))).size).toBe(9)
  expect(trials[0]).toMatchObject({ difference: 0, error: 0 })
  expect(trials[0].parameters).toMatchObject({ l2: DEFAULT_RANKER.l2 })
  expect(trials.every((one) => one['ndcg@10'].every(Number.isFinite))).toBe(true)
  // Each origin begins where the one before it ended.
  origins.slice(1).forEach(({ at }, k) => {
    expect(origins[k].until).toBe(at)
  })
  expect(Object.keys(best)).toEqual(['l2', 'focus', 'firstShare'])
  await expect(run(hyperparameters, 'testshop', { until: '2024-01-10' })).rejects.toThrow(
    /20 cases/,
  )
}, 300_000)

it('compares all features with fewer and with principal components', async () => {
  const { arms } = await run(selection, 'searched')
  const names = arms.map(({ name }) => name)
  expect(names).toEqual(
    expect.arrayContaining(['all features', 'L1 at 0.1', '5 principal components']),
  )
}, 120_000)

it('trains on what devices hold, and asks as they do', async () => {
  await expect(run(states, 'larger')).rejects.toThrow(/--until/)
  const { arms } = await run(states, 'larger', { until: '2024-04-01' })
  expect(arms.map(({ name }) => name)).toEqual(['whole', 'masked', 'short'])
}, 120_000)

it('teaches a base of orders in rounds what clicks are worth', async () => {
  const made = testShop(60, 20)
  const shoppers = made.shoppers.map(({ id, interactions }) => ({
    id,
    // Whatever is bought was looked at the day before: nothing else says what comes next.
    interactions: interactions
      .map((one) => ({ ...one, time: Math.floor(one.time / DAY) * DAY }))
      .flatMap((one) => [
        one,
        { ...one, name: 'view_item' as const, time: one.time - DAY, session: `${one.session}v` },
      ])
      .sort((a, b) => a.time - b.time),
  }))
  const shop = { ...made, name: 'clicked', shoppers, dayOnly: true }
  await writeShop(join(folder, shop.name), shop.items, shopEvents({ ...shop, from: 0, to: 0 }))
  await expect(run(clickRounds, 'clicked')).rejects.toThrow(/--until/)
  const { arms } = await run(clickRounds, 'clicked', { until: '2024-03-01' })
  const quality = new Map(arms.map((arm) => [arm.name, arm['ndcg@10']]))
  const of = (name: string) => quality.get(name) ?? 0
  expect(of('base of everything')).toBeGreaterThan(of('base of orders alone'))
  expect(of('rounds, every shopper once, no noise')).toBeGreaterThan(of('base of orders alone'))
}, 300_000)

it('chooses search settings without the queries that they answer', async () => {
  const kinds = ['lamp', 'kettle', 'blanket', 'notebook', 'umbrella', 'candle']
  const colours = ['red', 'green', 'white']
  const items = kinds.flatMap((kind, k) =>
    colours.map((colour, c) => JSON.stringify({ id: `${k}${c}`, title: `${colour} ${kind}` })),
  )
  const judged = kinds.flatMap((kind, k) =>
    colours.map((colour, c) => `${colour} ${kind},${k}${c},3`),
  )
  await writeFile(join(folder, 'products.jsonl'), items.join('\n'))
  const judgements = join(folder, 'judgements.csv')
  await writeFile(judgements, ['query,docid,rating', ...judged].join('\n'))
  const { arms } = await run(settings, 'products.jsonl', { judgements })
  expect(arms.map(({ name }) => name)).toEqual(['lexical', 'lexical-cv'])
}, 60_000)
