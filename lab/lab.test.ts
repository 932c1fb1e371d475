import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { writeBaseModel } from '../src/core/model/files.ts'
import { textLines } from '../src/evaluate/report/report.ts'
import { testModel, testShop } from '../src/evaluate/testShop.ts'
import { publishModel } from '../src/train/models/publish.ts'
import { shopEvents } from '../src/train/shop/testEvents.ts'
import { writeShop } from '../src/train/shop/write.ts'
import { experiment as baseParts } from './baseParts/experiment.ts'
import type { Experiment } from './experiment.ts'
import { experiment as imbalance } from './imbalance/experiment.ts'
import { experiment as learners } from './learners/experiment.ts'
import { experiment as newItems } from './newItems/experiment.ts'
import { experiment as noise } from './noise/experiment.ts'
import { experiment as rooms } from './search/rooms.ts'
import { experiment as settings } from './search/settings.ts'
import { experiment as teaching } from './search/teaching.ts'
import { experiment as strategies } from './strategies/experiment.ts'

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
  options: Readonly<Record<string, string>> = {},
) {
  const { result, report } = await experiment.run(
    {
      question: {
        shop: join(folder, shop),
        model: join(folder, 'models'),
        protocol: 'personal',
        popularity: 'nightly',
        now: Date.UTC(2025, 0, 1),
      },
      seed: 1,
      option: (name) => options[name],
    },
    { onProgress() {}, signal: new AbortController().signal },
  )
  expect(textLines(report).join('\n')).not.toMatch(/NaN|undefined|Infinity/)
  return result as { arms: { name: string }[] }
}

it.each(Object.entries({ learners, imbalance, baseParts, noise, rooms, teaching }))(
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

it('new items want a model that some were kept from', async () => {
  await expect(run(newItems, 'testshop')).rejects.toThrow(/trained on every item/)
})

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
  expect(arms.map(({ name }) => name)).toEqual(['lexical', 'lexical-cv', 'reranked', 'reranked-cv'])
}, 60_000)
