import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeBaseModel } from '@nearside/core/model/files.ts'
import { DAY } from '@nearside/core/time.ts'
import { ARMS, BASE_ARMS } from '@nearside/evaluate/arms.ts'
import { BASKET_METRICS, PART_METRICS } from '@nearside/evaluate/nextBasket/metrics.ts'
import { BASKET_ARMS } from '@nearside/evaluate/nextBasket/nextBasket.ts'
import {
  type TestModelOptions,
  type TestShop,
  testModel,
  testShop,
} from '@nearside/evaluate/testShop.ts'
import { isHeldOut } from '@nearside/train/holdout.ts'
import { METRICS } from '@nearside/train/metrics.ts'
import { publishModel } from '@nearside/train/models/publish.ts'
import { shopEvents } from '@nearside/train/shop/testEvents.ts'
import { writeShop } from '@nearside/train/shop/testWrite.ts'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { runEvaluate as run } from '../testEvaluate.ts'

let folder = ''
let shopFolder = ''
let modelFolder = ''
const shop = testShop(50, 20)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nearside-evaluate-'))
  shopFolder = await store('testshop', shop)
  modelFolder = await storeModel('models', {})
})

afterAll(() => rm(folder, { recursive: true, force: true }))

async function store(name: string, { items, shoppers }: TestShop): Promise<string> {
  const directory = join(folder, name)
  const times = { name, from: 0, to: 0, dayOnly: false }
  await writeShop(directory, items, shopEvents({ ...times, items, shoppers }))
  return directory
}

async function storeModel(name: string, options: TestModelOptions): Promise<string> {
  const directory = join(folder, name)
  await publishModel(directory, await writeBaseModel(testModel(shop, options)))
  return directory
}

describe('nearside evaluate', () => {
  it('evaluate prints answers to the owner’s questions, then a table of the ranking methods (arms), and returns finite numbers in the documented format', async () => {
    const { result, text } = await run({ shop: shopFolder, model: modelFolder })
    expect(Object.keys(result).sort()).toEqual(
      [
        'protocol',
        'shop',
        'until',
        'seed',
        'shoppers',
        'cases',
        'arms',
        'lifts',
        'shoppersWorse',
        'verdict',
        'answer',
        'owner',
      ].sort(),
    )
    expect(result).toMatchObject({ protocol: 'personal', shop: 'testshop', until: '2024-03-01' })
    expect(result.arms.map(({ name }) => name)).toEqual([...ARMS])
    for (const arm of result.arms)
      expect(Object.keys(arm)).toEqual([
        'name',
        ...['', ':repeat', ':new'].flatMap((suffix) => METRICS.map((metric) => metric + suffix)),
      ])
    expect(Object.keys(result.lifts[0]).sort()).toEqual(
      ['arm', 'over', 'metric', 'relative', 'lo', 'hi'].sort(),
    )
    expect(result.owner?.hits?.ships).toBeGreaterThan(result.owner?.hits?.popular ?? 1)
    expect(text).toContain(result.answer.answer)
    // JSON writes NaN and infinities as null, so a null would show them.
    expect(JSON.stringify(result)).not.toContain('null')
    expect(text).not.toMatch(/NaN|undefined|Infinity/)
    const titles = ['(a) ', '(b) ', '(c) ', '(d) ', 'Where it comes from', 'Repeats allowed']
    const places = [...titles, 'What would change it: '].map((title) => text.indexOf(title))
    expect(places[0]).toBeGreaterThan(0)
    expect(places).toEqual([...places].sort((a, b) => a - b))
    expect(text).toContain('log holds orders alone')
  }, 60_000)

  it('evaluate --arms base scores only the base model and the baselines', async () => {
    const asked = { shop: shopFolder, model: modelFolder }
    const { result, text } = await run({ ...asked, arms: 'base' })
    const whole = (await run(asked)).result
    expect(result.arms).toEqual(whole.arms.slice(0, BASE_ARMS.length))
    expect(result.shoppersWorse).toBeNull()
    expect(text).not.toMatch(/NaN|undefined|Infinity|personal {2}/)
  }, 60_000)

  it('evaluate writes the report as Markdown with the command line that made it, and as HTML that contains the JSON', async () => {
    const [markdown, html] = ['report.md', 'report.html'].map((name) => join(folder, name))
    const { result } = await run({ shop: shopFolder, model: modelFolder, markdown, html })
    const text = await readFile(markdown, 'utf8')
    expect(text).toContain(`\`nearside evaluate --shop ${shopFolder} --model ${modelFolder}\``)
    for (const { name, 'ndcg@10': ndcg } of result.arms)
      expect(text).toContain(`| ${name} | ${Number(ndcg).toFixed(4).replace(/^0/, '')} |`)
    const [, json] = (await readFile(html, 'utf8')).match(/id="result">(.*?)<\/script>/s) ?? []
    expect(JSON.parse(json ?? '')).toEqual(JSON.parse(JSON.stringify(result)))
  }, 60_000)

  it('on a log of views and orders, evaluate predicts the next different product, and compares the device with two models that a server trains', async () => {
    const looks: TestShop = {
      ...shop,
      shoppers: shop.shoppers.map(({ id, interactions }) => ({
        id,
        interactions: interactions
          .flatMap((one, k) => [
            { ...one, name: 'view_item' as const, time: one.time - (1 + (k % 3)) * 60_000 },
            one,
          ])
          .sort((a, b) => a.time - b.time),
      })),
    }
    const stored = await store(join('looks', 'testshop'), looks)
    const { result, text } = await run({ shop: stored, model: modelFolder, arms: 'base' })
    expect(text).toMatch(/^ {2}2-3 /m)
    expect(result.verdict.map(({ store }) => store)).toEqual(['install', 'seeded'])
    expect(text).toContain('Next different product')
    // Two server models are trained, one on orders alone; the report names the better one.
    expect(result.owner?.serverModel).toMatch(/^(orders alone|every event)$/)
    expect(text).not.toContain('no model learned')
    expect(text).not.toMatch(/NaN|undefined|Infinity/)
  }, 120_000)

  it('evaluate accepts the folder of one model version as well as the folder of all versions', async () => {
    await expect(
      run({ shop: shopFolder, model: join(modelFolder, '1'), until: '2023-01-01' }),
    ).rejects.toThrow(/2024-03-01/)
  })
})

describe('leave-one-out on a log of sequences', () => {
  const last = Date.UTC(2000, 11, 31)
  const sequences: TestShop = {
    ...shop,
    dayOnly: true,
    shoppers: shop.shoppers.map(({ id, interactions }) => ({
      id,
      interactions: interactions.map((one, k) => ({
        ...one,
        time: last - (interactions.length - 1 - k) * DAY,
      })),
    })),
  }
  let stored = ''
  beforeAll(async () => {
    stored = await store(join('sequences', 'testshop'), sequences)
  })

  it('leave-one-out tests every shopper’s last event with a model trained on all shoppers', async () => {
    const model = await storeModel('before-the-last', { holdout: 0, until: last })
    const protocol = 'leave-one-out'
    const { result } = await run({ shop: stored, model, protocol })
    expect(result).toMatchObject({ protocol, shoppers: 50, cases: 50 })
    const some = await run({ shop: stored, model, protocol, holdout: '0.5' })
    expect(some.result.cases).toBeGreaterThan(10)
    expect(some.result.cases).toBeLessThan(50)
    await expect(run({ shop: stored, model })).rejects.toThrow(/trained on every shopper/)
  }, 60_000)

  it('leave-one-out refuses a model that was trained on the last events', async () => {
    const model = await storeModel('with-the-last', { holdout: 0, until: last + DAY })
    await expect(run({ shop: stored, model, protocol: 'leave-one-out' })).rejects.toThrow(
      /0 of 50 shoppers/,
    )
  })
})

describe('evaluate with a model that may have seen the test cases', () => {
  it.each([
    [{ until: '2024-02-01' }, /2024-03-01.*--until 2024-02-01/],
    [{ seed: '2' }, /0\.5 with seed 1.*--seed is 2/],
    [{ holdout: '0.2' }, /0\.5 with seed 1.*--holdout is 0\.2/],
  ])(
    'evaluate refuses a model that may have seen the test cases, with the options %o',
    async (options, message) => {
      await expect(run({ shop: shopFolder, model: modelFolder, ...options })).rejects.toThrow(
        message,
      )
    },
  )

  it('evaluate refuses a model of another shop', async () => {
    const other = await store('othershop', shop)
    await expect(run({ shop: other, model: modelFolder })).rejects.toThrow(
      /'testshop'.*'othershop'/,
    )
  })

  it('evaluate refuses a log that lacks some of the held-out shoppers', async () => {
    const fewer = await store(join('fewer', 'testshop'), {
      ...shop,
      shoppers: shop.shoppers.slice(0, 40),
    })
    await expect(run({ shop: fewer, model: modelFolder })).rejects.toMatchObject({
      code: 'model-incompatible',
    })
  })

  it('evaluate refuses a hold-out file that names a training shopper', async () => {
    const file = join(folder, 'ids.txt')
    await writeFile(file, shop.shoppers.map(({ id }) => id).join('\n'))
    await expect(
      run({ shop: shopFolder, model: modelFolder, holdout: file }),
    ).rejects.toMatchObject({
      code: 'model-incompatible',
      message: expect.stringContaining(file),
    })
  })

  it('evaluate refuses a model trained on every shopper', async () => {
    const all = await storeModel('trained-on-all', { holdout: 0 })
    await expect(run({ shop: shopFolder, model: all })).rejects.toThrow(/trained on every shopper/)
  })

  it('evaluate refuses a model with an altered file', async () => {
    const broken = await storeModel('broken', {})
    const path = join(broken, '1', 'shared.safetensors')
    const bytes = await readFile(path)
    bytes[bytes.length - 1] ^= 1
    await writeFile(path, bytes)
    await expect(run({ shop: shopFolder, model: broken })).rejects.toThrow(/SHA-256/)
  })
})

describe('--protocol next-basket', () => {
  it('--protocol next-basket tests how well each ranking method predicts held-out shoppers’ last baskets, and reports lifts, and metrics for repeated and new items', async () => {
    const flags = { shop: shopFolder, protocol: 'next-basket' }
    const { result, text } = await run({ ...flags, model: modelFolder })
    const held = shop.shoppers.filter(({ id }) => isHeldOut(id, 0.5, 1)).length
    expect(result).toMatchObject({ protocol: 'next-basket', shoppers: held, cases: held })
    const arms = result.arms as unknown as Record<string, number>[]
    expect(arms.map(({ name }) => name)).toEqual(Object.keys(BASKET_ARMS))
    for (const arm of arms)
      for (const metric of [...BASKET_METRICS, ...PART_METRICS]) {
        expect(arm[metric]).toBeGreaterThanOrEqual(0)
        expect(arm[metric]).toBeLessThanOrEqual(1)
      }
    for (const arm of arms) {
      expect(arm['ndcg@10:lo']).toBeLessThanOrEqual(arm['ndcg@10'])
      expect(arm['ndcg@10:hi']).toBeGreaterThanOrEqual(arm['ndcg@10'])
    }
    // Regular customers buy their favourites again. The shoppers' own purchase counts find these items; popularity
    // doesn't.
    expect(arms[2]['recall@10']).toBeGreaterThan(arms[0]['recall@10'])
    // P-TopFreq, the shopper's most frequent purchases, lists no item that the shopper has not bought.
    expect(arms[1]['recall@10:explore']).toBe(0)
    expect(result.lifts.every(({ arm }) => arm === 'base-fresh' || arm === 'personal')).toBe(true)
    expect(text).not.toMatch(/NaN|undefined|Infinity/)
    const base = (await run({ ...flags, model: modelFolder, arms: 'base' })).result
    expect(base.arms).toEqual(result.arms.slice(0, -1))
    await expect(run(flags)).rejects.toMatchObject({ code: 'input-invalid' })
  }, 60_000)
})

describe('invalid options of evaluate', () => {
  it.each([
    [{ protocol: 'incremental' }, /leave --model out/],
    [{ protocol: 'next-basket', folds: '5' }, /--folds .*--protocol personal/],
    [{ protocol: 'next-basket', until: '2024-03-01' }, /leave --until out/],
    [{ protocol: 'next-basket', target: 'purchase' }, /--target .*--protocol personal/],
    [{ protocol: 'next-basket', holdout: '0.2' }, /0\.5 with seed 1.*--holdout is 0\.2/],
    [{ periods: 'week' }, /--periods .*--protocol incremental/],
    [{ protocol: 'leave-one-out', folds: '5' }, /--folds .*--protocol personal/],
    [{ protocol: 'search', judgements: 'none.csv' }, /leave --model out/],
    [{ html: join('no', 'such', 'folder', 'a.html') }, /there is no such folder/],
    [{ markdown: join('no', 'such', 'folder', 'a.md') }, /there is no such folder/],
    [{ arms: 'some' }, /choices are all, base/],
    [{ judgements: 'none.csv' }, /--judgements .*--protocol search/],
    [{ protocol: 'magic' }, /'magic' is invalid. Allowed choices are personal, leave-one-out/],
    [{ seed: '-1' }, /It takes a whole number/],
    [{ until: 'yesterday' }, /not a date like/],
    [{ holdout: '1.5' }, /below 1/],
    [{ holdout: 'no-such-file' }, /no-such-file/],
    [{ until: '2025-01-01' }, /0 of \d+ held-out shoppers have an event from 2025-01-01 on/],
  ])('evaluate refuses the options %o', async (options, message) => {
    await expect(run({ shop: shopFolder, model: modelFolder, ...options })).rejects.toThrow(message)
  })

  it('evaluate names the missing shop folder or model file', async () => {
    await expect(run({ shop: join(folder, 'none'), model: modelFolder })).rejects.toThrow(
      /there is no such shop folder/,
    )
    await expect(run({ shop: shopFolder, model: folder })).rejects.toThrow(
      /manifest\.json does not exist/,
    )
  })

  it('evaluate refuses too small a shop before training, and leaves no temporary folder', async () => {
    const tiny = await store('tiny', testShop(5, 10))
    const temporary = await mkdtemp(join(folder, 'tmp-'))
    vi.stubEnv('TMPDIR', temporary)
    await expect(run({ shop: tiny })).rejects.toThrow(/at least 10/)
    vi.unstubAllEnvs()
    expect(await readdir(temporary)).toEqual([])
  })

  it('evaluate refuses a shop of one item', async () => {
    const single = await store(join('single', 'testshop'), testShop(50, 1))
    await expect(run({ shop: single, model: modelFolder })).rejects.toThrow(/fewer than two items/)
  })

  it('evaluate refuses a test date later than the log’s last event, before training starts', async () => {
    await expect(run({ shop: shopFolder, until: '2025-01-01' })).rejects.toThrow(
      /0 of \d+ held-out shoppers/,
    )
  })

  it('evaluate stops when its signal aborts', async () => {
    const abort = new AbortController()
    abort.abort()
    await expect(run({ shop: shopFolder, model: modelFolder }, abort.signal)).rejects.toThrow(
      /stopped/,
    )
  })
})
