import { NO_CONTEXT, type ShopContext } from '@nearside/core/features/context/context.ts'
import { extendModel } from '@nearside/core/model/extend.ts'
import { parseManifest } from '@nearside/core/model/manifest.ts'
import { scoreTerms, withContext } from '@nearside/core/model/score.ts'
import { beforeAll, expect, test } from 'vitest'
import { type Pretrained, type PretrainOptions, pretrain } from '../pretrain.ts'

import { sampleTable, trainRanker } from '../ranker/trainRanker.ts'
import { contextKindsOf, contextOf } from '../shop/context.ts'
import { NO_WORD_VECTORS } from '../wordVectors.ts'
import { learnContext } from './learnContext.ts'
import { weatherShop } from './testWeatherShop.ts'

const OPTIONS: PretrainOptions = {
  seed: 1,
  holdout: { fraction: 0.2 },
  until: null,
  now: Date.parse('2025-01-01'),
  words: NO_WORD_VECTORS,
  encoder: { epochs: 1, negatives: 16 },
}

const matters = weatherShop(true)
let trained: Pretrained
beforeAll(async () => {
  trained = await pretrain(matters, OPTIONS)
}, 120_000)

test('a kind of context with an effect (here the weather) is kept, written to a file and changes the ranking', async () => {
  const shop = matters
  const { model, files, manifest } = trained
  expect([...files.keys()]).toContain('context.safetensors')
  const records = new Map(manifest.contextFeatures?.map((record) => [record.name, record]))
  expect(records.get('weatherLift')).toMatchObject({ kept: true })
  expect(records.get('weatherLift')?.weight).toBeGreaterThan(0.3)
  expect(records.get('promotionLift')?.reason).toMatch(/constant in the training data/)
  expect(parseManifest(JSON.parse(JSON.stringify(manifest)))).toEqual(manifest)
  const selection = JSON.parse(new TextDecoder().decode(files.get('selection.json')))
  const found = selection.features.find(({ name }: { name: string }) => name === 'weatherLift')
  expect(found).toMatchObject({ kept: true, carries: 'something' })
  const judged = selection.context.find(({ kind }: { kind: string }) => kind === 'weather')
  expect(judged).toMatchObject({ kept: true })
  expect(judged['ndcg@10']).toBeGreaterThan(0.05)

  const now = shop.to + 86_400_000
  const { interactions } = shop.shoppers[3]
  const best = (weather: string | null, wider = model, history = interactions) => {
    const said: ShopContext = weather === null ? {} : { weather }
    const contexts = { ...NO_CONTEXT, at: () => said }
    const { base } = scoreTerms(withContext(wider, contexts), history, now)
    const order = [...base.keys()].sort((a, b) => base[b] - base[a])
    return order.slice(0, 6).map((row) => wider.itemIds[row].split('-')[0])
  }
  const count = (kinds: readonly string[], kind: string) =>
    kinds.filter((one) => one === kind).length
  expect(count(best('rain'), 'umbrella')).toBeGreaterThan(count(best('sun'), 'umbrella'))
  expect(count(best('sun'), 'hat')).toBeGreaterThan(count(best('rain'), 'hat'))
  expect(best('snow')).toEqual(best(null))
  // For a new shopper, nothing but the context is known.
  expect(count(best('rain', model, []), 'umbrella')).toBe(6)

  // A new item inherits the weather effect of its category.
  const late = { id: 'umbrella-new', title: 'umbrella', price: 6, category: 'umbrella' }
  const wider = extendModel(model, [...shop.items, late])
  const scoreOf = (weather: string) => {
    const contexts = { ...NO_CONTEXT, at: () => ({ weather }) }
    return scoreTerms(withContext(wider, contexts), interactions, now).base[shop.items.length]
  }
  expect(scoreOf('rain')).toBeGreaterThan(scoreOf('sun') + 0.3)
})

test('a context without effect is dropped with a reason, and no file is written', async () => {
  const shop = weatherShop(false)
  const { files, manifest, model } = await pretrain(shop, OPTIONS)
  expect([...files.keys()]).not.toContain('context.safetensors')
  expect(model.context).toBeUndefined()
  expect(manifest.contextFeatures?.map(({ kept }) => kept)).not.toContain(true)
  const weather = manifest.contextFeatures?.find(({ name }) => name === 'weatherLift')
  expect(weather?.reason).toMatch(/no help on later cases: loss .* NDCG@10/)
})

test('learning the context leaves all other weights of the model unchanged', async () => {
  const { context: _, ...silent } = matters
  const unsaid = await pretrain(silent, OPTIONS)
  for (const name of ['encoder', 'items', 'popularity', 'statistics'])
    expect(trained.files.get(`${name}.safetensors`)).toEqual(
      unsaid.files.get(`${name}.safetensors`),
    )
  expect(trained.model.featureWeights).toEqual(unsaid.model.featureWeights)
})

test('contexts without effect rarely pass the test by chance', () => {
  let tried = 0
  let kept = 0
  for (let seed = 20; seed < 28; seed++) {
    const shop = weatherShop(false, seed)
    const data = {
      items: shop.items,
      shoppers: shop.shoppers,
      dayOnly: false,
      context: { kinds: contextKindsOf(shop), contexts: contextOf(shop) },
    }
    const until = shop.to + 1
    const { alone, scale } = trainRanker(data, { until, seed })
    const base = { featureWeights: alone.weights, featureScale: scale }
    for (const outcome of learnContext(data, base, () => sampleTable(data, { until, seed }))
      .outcomes) {
      tried++
      if (outcome.kept) kept++
    }
  }
  expect(tried).toBeGreaterThanOrEqual(24)
  // A kind without effect passes by chance (its gain exceeds two standard errors) once in 44 times. By the binomial
  // distribution, 4 or more of the kinds tried pass with probability 1/200.
  expect(kept).toBeLessThan(4)
})
