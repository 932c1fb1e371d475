import { testShop } from '@nearside/evaluate/testShop.ts'
import { expect, test } from 'vitest'
import { ENCODER_SETTINGS, trainEncoder } from '../encoder/train.ts'
import { NO_WORD_VECTORS } from '../wordVectors.ts'
import { type EncoderLesson, learnEncoder } from './encoder.ts'

const { items, shoppers } = testShop(30, 12)
const categories = ['', 'kind0', 'kind1', 'kind2']
const settings = { ...ENCODER_SETTINGS, epochs: 2, negatives: 16 }
const until = shoppers[0].interactions.at(-1)!.time + 1
const data = { items, categories, until, words: NO_WORD_VECTORS }
const earlier = await trainEncoder({ ...data, shoppers }, settings, 1)
const lesson: EncoderLesson = {
  ...data,
  shoppers,
  since: until - 1,
  seed: 1,
  settings: { negatives: 16 },
}
const learn = (changes: Partial<EncoderLesson>) =>
  learnEncoder(earlier, { ...lesson, ...changes }, async () => {})

test('an update of 0 epochs leaves the encoder as it is, and one epoch changes it moderately', async () => {
  const same = await learn({ settings: { epochs: 0 } })
  expect(same.encoder).toEqual(earlier.encoder)
  const distance = (vectors: Float32Array) =>
    Math.hypot(...vectors.map((value, k) => value - earlier.itemVectors[k]))
  expect(distance(same.itemVectors)).toBeLessThan(1e-4)
  const moved = distance((await learn({})).itemVectors)
  expect(moved).toBeGreaterThan(1e-3)
  expect(moved).toBeLessThan(0.5 * Math.hypot(...earlier.itemVectors))
})

test('each content vector keeps its category if the rows change order', async () => {
  const reordered = ['', 'kind2', 'new', 'kind0', 'kind1']
  const { content } = await learn({ categories: reordered, settings: { epochs: 0 } })
  const row = (tables: typeof content, name: string) => {
    const at = tables.categories.indexOf(name) * 64
    return tables.categoryVectors.slice(at, at + 64)
  }
  for (const name of ['kind0', 'kind1', 'kind2'])
    expect(row(content, name)).toEqual(row(earlier.content, name))
  expect(row(content, 'new').every((value) => value === 0)).toBe(true)
  expect(content.wordVectors).toEqual(earlier.content.wordVectors)
  expect(content.priceVectors).toEqual(earlier.content.priceVectors)
})
