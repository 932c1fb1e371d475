import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeBaseModel } from '@nearside/core/model/files.ts'
import { textLines } from '@nearside/evaluate/report/report.ts'
import { testModel, testShop } from '@nearside/evaluate/testShop.ts'
import { publishModel } from '@nearside/train/models/publish.ts'
import { shopEvents } from '@nearside/train/shop/testEvents.ts'
import { writeShop } from '@nearside/train/shop/testWrite.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { experiment as baseParts } from './baseParts/experiment.ts'
import type { Experiment } from './experiment.ts'

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nearside-lab-'))
  const shop = testShop(30, 10)
  await writeShop(join(folder, shop.name), shop.items, shopEvents({ ...shop, from: 0, to: 0 }))
  await publishModel(join(folder, 'models'), await writeBaseModel(testModel(shop)))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

async function run(experiment: Experiment, shop: string, until?: string) {
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
    },
    { onProgress() {}, signal: new AbortController().signal },
  )
  expect(textLines(report).join('\n')).not.toMatch(/NaN|undefined|Infinity/)
  return result as { arms: { name: string; 'ndcg@10': number }[] }
}

it('the experiment base-parts reports finite figures', async () => {
  await run(baseParts, 'testshop')
}, 120_000)
