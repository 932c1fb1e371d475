import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Item } from '@nearside/core/catalog/item.ts'
import { writeBaseModel } from '@nearside/core/model/files.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { isHeldOut } from '@nearside/train/holdout.ts'
import { publishModel } from '@nearside/train/models/publish.ts'
import { shopEvents } from '@nearside/train/shop/testEvents.ts'
import { writeShop } from '@nearside/train/shop/testWrite.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { textLines } from '../report/report.ts'
import { testModel, testShop, UNTIL } from '../testShop.ts'
import { JUDGED_ARMS } from './judged.ts'
import { readJudgements } from './judgements.ts'
import { mistype, queryFrom, titleFrequency } from './queries.ts'
import { evaluateSearch, type SearchQuestion } from './search.ts'

const KINDS = ['lamp', 'kettle', 'blanket', 'notebook', 'umbrella', 'candle']
const COLOURS = ['red', 'green', 'white', 'black', 'yellow', 'purple']

/** Products of every kind in every colour. Queries name a kind, or a kind with a colour. */
const ITEMS: readonly Item[] = KINDS.flatMap((kind, k) =>
  COLOURS.map((colour, c) => ({
    id: `${k}${c}`,
    title: `${colour} ${kind}`,
    category: 'Home',
    description: `A ${kind} for every day`,
  })),
)

let folder = ''
let shopFolder = ''
let modelFolder = ''
let catalogFile = ''
const shop = { ...testShop(50, ITEMS.length), items: ITEMS }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nearside-search-'))
  shopFolder = join(folder, 'testshop')
  modelFolder = join(folder, 'models')
  await writeShop(shopFolder, ITEMS, shopEvents({ ...shop, from: 0, to: 0 }))
  await publishModel(modelFolder, await writeBaseModel(testModel(shop)))
  catalogFile = await file('products.jsonl', ITEMS.map((item) => JSON.stringify(item)).join('\n'))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

const HEADER = 'query,docid,rating\n'

/** For a query of kind and colour: that product has rating 3, another colour has 1, and another kind has 0. */
function judgementsText(): string {
  const rows = KINDS.flatMap((kind, k) =>
    COLOURS.slice(0, 2).flatMap((colour, c) => [
      `${colour} ${kind},${k}${c},3`,
      `${colour} ${kind},${k}${(c + 1) % 6},1`,
      `${colour} ${kind},${(k + 1) % 6}${c},0`,
    ]),
  )
  return HEADER + rows.join('\n')
}

async function run(
  options: Partial<SearchQuestion> & { shop: string },
  signal = new AbortController().signal,
) {
  const question = {
    judgements: undefined,
    model: undefined,
    now: Date.UTC(2025, 0, 1),
    ...options,
  } as const
  const { result, report } = await evaluateSearch(question, { onProgress() {}, signal })
  return { result, text: textLines(report).join('\n') }
}

describe('search evaluation on judgements', () => {
  it('search evaluation reports every arm with intervals, from a shop folder or from a catalog file', async () => {
    const judgements = await file(
      'judgements.csv',
      `${judgementsText()}\nnothing,00,0\nelsewhere,gone,3\nred lamp,gone,2\nred lamp,00,3`,
    )
    const { result, text } = await run({ shop: catalogFile, judgements })
    expect(result).toMatchObject({ protocol: 'search', until: null, shoppers: 0, cases: 12 })
    expect(result.judgements).toEqual({
      rows: 40,
      unknownDocids: 2,
      repeated: 1,
      withoutRelevant: 1,
      withoutJudgements: 1,
    })
    expect(result.arms.map(({ name }) => name)).toEqual(Object.keys(JUDGED_ARMS))
    const lexical = result.arms.find(({ name }) => name === 'lexical')
    const plain = result.arms.find(({ name }) => name === 'minisearch')
    expect(lexical?.['mrr@20']).toBe(1)
    expect(lexical?.['ndcg@10:typo']).toBeGreaterThan(plain?.['ndcg@10:typo'] as number)
    for (const { relative, lo, hi } of result.lifts) {
      expect(lo).toBeLessThanOrEqual(relative)
      expect(hi).toBeGreaterThanOrEqual(relative)
    }
    expect(text).not.toMatch(/NaN|undefined|Infinity/)
    expect(text).toContain('1 queries without a relevant product')
    const again = await run({ shop: shopFolder, judgements })
    expect(again.result.arms).toEqual(result.arms)
  }, 30_000)

  it('search evaluation finds the only catalog file of a folder, and refuses to choose between two files', async () => {
    const judgements = await file('folder.csv', judgementsText())
    const alone = join(folder, 'feed')
    await mkdir(alone)
    await writeFile(join(alone, 'judgements.csv'), judgementsText())
    await writeFile(join(alone, 'products.ndjson'), await readFile(catalogFile))
    const { result } = await run({ shop: alone, judgements })
    expect(result.arms).toEqual((await run({ shop: catalogFile, judgements })).result.arms)
    await writeFile(join(alone, 'catalogue.csv.gz'), '')
    await expect(run({ shop: alone, judgements })).rejects.toThrow(
      /catalogue\.csv\.gz, products\.ndjson/,
    )
  }, 30_000)

  it.each([
    ['query,docid\na,b', /bad.csv: the header lacks rating/],
    [`${HEADER}lamp,00`, /bad.csv line 2: has another number of fields/],
    [`${HEADER}lamp,00,3\nlamp,01,good`, /bad.csv line 3: rating 'good' is not a whole number/],
    [`${HEADER}lamp,00,-1`, /bad.csv line 2: rating '-1'/],
    [`${HEADER}lamp,00,100`, /bad.csv line 2: rating '100'/],
    [`${HEADER},00,1`, /bad.csv line 2: has no query/],
    [`${HEADER}lamp,,1`, /bad.csv line 2: has no docid/],
    [`${HEADER}lamp,00,1\nlamp,00,2`, /bad.csv line 3: 'lamp' and 00 were already rated 1/],
    ['', /bad.csv: is empty/],
  ])('search evaluation refuses the judgements file %j', async (text, message) => {
    const path = await file('bad.csv', text)
    await expect(readJudgements(path, () => true)).rejects.toThrow(message)
  })

  it('search evaluation uses the synonyms of the shop folder, and refuses a malformed file of synonyms', async () => {
    const text = judgementsText().replaceAll('lamp', 'torch')
    const judgements = await file('synonyms.csv', text)
    const worded = join(folder, 'worded')
    await mkdir(worded)
    await writeFile(join(worded, 'catalog.jsonl'), await readFile(catalogFile))
    const ndcg = async () => {
      const { result } = await run({ shop: worded, judgements })
      return result.arms.map((arm) => Number(arm['ndcg@10']))
    }
    const [plain, lexical] = await ndcg()
    await writeFile(join(worded, 'synonyms.json'), '[["lamp", "torch"], {"of": "a", "as": [""]}]')
    const [plainAsBefore, worked] = await ndcg()
    expect(plainAsBefore).toBe(plain)
    expect(worked).toBeGreaterThan(lexical)
    for (const wrong of ['lamp', '["lamp"]', '[{"of": "lamp"}]', '[[1]]', '{}']) {
      await writeFile(join(worded, 'synonyms.json'), wrong)
      await expect(ndcg()).rejects.toThrow(/synonyms\.json/)
    }
  }, 30_000)

  it('search evaluation refuses to run without enough data, and gives the reason', async () => {
    const judgements = await file('few.csv', `${HEADER}lamp,00,3`)
    await expect(run({ shop: catalogFile, judgements })).rejects.toThrow(/1 queries have .* 10 are/)
    await expect(run({ shop: catalogFile, judgements, model: modelFolder })).rejects.toThrow(
      /leave --model out/,
    )
    await expect(run({ shop: join(folder, 'none'), judgements })).rejects.toThrow(/no such shop/)
    await expect(run({ shop: modelFolder, judgements })).rejects.toThrow(/no catalog.jsonl/)
    await expect(run({ shop: shopFolder })).rejects.toThrow(/needs --judgements FILE, or --model/)
    const abort = new AbortController()
    abort.abort()
    const enough = await file('enough.csv', judgementsText())
    await expect(run({ shop: catalogFile, judgements: enough }, abort.signal)).rejects.toThrow(
      /stopped/,
    )
  })
})

describe('search evaluation on purchases', () => {
  it('the base model ranks a shopper’s favourites higher than text relevance does', async () => {
    const { result, text } = await run({ shop: shopFolder, model: modelFolder })
    expect(result.arms.map(({ name }) => name)).toEqual(['lexical', 'stranger', 'base', 'personal'])
    expect(result.shoppers).toBeGreaterThanOrEqual(10)
    const [lexical, , base] = result.arms
    expect(base['ndcg@10@query=broad']).toBeGreaterThan(lexical['ndcg@10@query=broad'] as number)
    expect(text).not.toMatch(/NaN|undefined|Infinity/)
    expect(await run({ shop: shopFolder, model: modelFolder })).toEqual({ result, text })
  }, 60_000)
})

describe('search evaluation on logged queries', () => {
  const HALF_HOUR = 1_800_000
  /** Before each order, the shopper types the kind of the order's first product, then a kind that nobody sells. */
  const searches = shop.shoppers.flatMap(({ id, interactions }) =>
    interactions.flatMap(({ item, time, session }, k) => {
      if (interactions[k - 1]?.session === session) return []
      const kind = KINDS[Math.floor(item / COLOURS.length)]
      const line = { shopper: id, time: time - HALF_HOUR, session }
      return [
        { ...line, query: kind },
        { ...line, time: time - 1, query: 'sailing boat' },
      ]
    }),
  )

  const runOn = async (some: typeof searches) => {
    const path = join(folder, 'typed', 'testshop')
    await writeShop(path, ITEMS, shopEvents({ ...shop, from: 0, to: 0, searches: some }))
    return run({ shop: path, model: modelFolder })
  }

  it('search evaluation tests the logged queries against the purchases of the following day', async () => {
    const { result, text } = await runOn(searches)
    expect(result.source).toBe('log')
    const isAsked = (shopper: string) => isHeldOut(shopper, 0.5, 1)
    const asked = searches.filter(({ shopper, time }) => isAsked(shopper) && time >= UNTIL)
    expect(result.cases).toBe(asked.length / 2)
    expect(text).toContain(`${asked.length / 2} further queries found none of the products bought`)
    expect(text).not.toMatch(/NaN|undefined|Infinity/)
    const [lexical, , base] = result.arms
    expect(base['ndcg@10']).toBeGreaterThan(lexical['ndcg@10'] as number)
    // With each search one day earlier, no purchase follows a search within a day. So no query counts as typed before
    // a purchase.
    const early = searches.map((one) => ({ ...one, time: one.time - 86_400_000 }))
    expect((await runOn(early)).result.source).toBe('titles')
  }, 60_000)

  it('search evaluation makes queries of titles if fewer than ten shoppers searched', async () => {
    const few = searches.filter(({ shopper }) => shopper === shop.shoppers[0].id)
    const { result } = await runOn(few)
    expect(result).toEqual((await run({ shop: shopFolder, model: modelFolder })).result)
  }, 60_000)
})

describe('derived queries', () => {
  const frequency = titleFrequency(ITEMS)

  it('a query made from a title has the title’s two rarest words (narrow), or a word that other titles share (broad)', () => {
    const random = createRandom(1)
    const counts = titleFrequency([
      { id: 'a', title: 'Red lamp' },
      { id: 'b', title: 'Red lamps of tin' },
    ])
    expect(queryFrom('Red lamps of tin', 'narrow', counts, random)).toBe('tin red')
    expect(queryFrom('Red lamps of tin', 'broad', counts, random)).toMatch(/^(red|lamps)$/)
    expect(queryFrom('12 x 4', 'narrow', frequency, random)).toBeNull()
    expect(queryFrom('unheard', 'broad', frequency, random)).toBeNull()
  })

  it('mistyped queries get a typing error of one letter in the longest word', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{1,9}( [a-z]{1,9}){0,2}$/), fc.nat(), (query, seed) => {
        const typed = mistype(query, createRandom(seed))
        if (query.split(' ').every((word) => word.length < 4)) {
          expect(typed).toBeNull()
          return
        }
        expect(typed).not.toBe(query)
        expect(Math.abs(typed!.length - query.length)).toBeLessThanOrEqual(1)
        expect(typed!.split(' ').map((word) => word[0])).toEqual(
          query.split(' ').map((word) => word[0]),
        )
      }),
    )
  })
})
