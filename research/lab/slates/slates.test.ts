import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRandom, type Random } from '@nearside/core/model/random.ts'
import { createJsEngine } from '@nearside/engine/js.ts'
import { expect, it } from 'vitest'
import { choicesOf, poolWeights } from './choices.ts'
import {
  columnOf,
  columnsOf,
  SLATE_FEATURES,
  type SlateFeature,
  slateFeatures,
} from './features.ts'
import { type Action, readSlates, type SlateShopper } from './log.ts'
import { fitOffsets, partOf, prepare, sharedScores, trustOf } from './own.ts'
import { learnBySpread, learnOneVariance, learnVariances, nextNats } from './prior.ts'

const MINUTE = 60_000
const look = (item: string, minute: number, session = 'a'): Action => ({
  item,
  time: minute * MINUTE,
  session,
})
const choice = (items: string[], prices: number[], chosen: number, minute: number): Action => ({
  ...look(items[chosen], minute),
  slate: { items, prices, chosen },
})

function featuresOf(items: string[], prices: number[], past: Action[], session = 'a') {
  const all = slateFeatures({ items, prices }, session, past)
  return (k: number, name: SlateFeature) => all[k * SLATE_FEATURES + columnOf(name)]
}

it('knows place and price within the slate', () => {
  const of = featuresOf(['p', 'q', 'r'], [40, 20, 80], [])
  expect([0, 1, 2].map((k) => of(k, 'first'))).toEqual([1, 0, 0])
  expect(of(2, 'logPlace')).toBeCloseTo(Math.log(3))
  expect([0, 1, 2].map((k) => of(k, 'priceRank'))).toEqual([0.5, 0, 1])
  expect([0, 1, 2].map((k) => of(k, 'cheapest'))).toEqual([0, 1, 0])
  expect(of(2, 'logPrice')).toBeCloseTo(Math.log(2))
  expect(of(1, 'usualRank')).toBeCloseTo(0)
})

it('knows looks and choices before, of this session and of earlier ones', () => {
  const past = [look('r', 0, 'b'), look('p', 1), choice(['q', 'p'], [1, 2], 0, 2), look('p', 3)]
  const of = featuresOf(['p', 'q', 'r'], [1, 2, 3], past)
  expect([0, 1, 2].map((k) => of(k, 'looked'))).toEqual([1, 1, 0])
  expect([0, 1, 2].map((k) => of(k, 'lookedLast'))).toEqual([1, 0, 0])
  expect([0, 1, 2].map((k) => of(k, 'belowLooked'))).toEqual([0, 1, 0])
  expect(of(0, 'looks')).toBeCloseTo(Math.log(3))
  expect([0, 1, 2].map((k) => of(k, 'chosenLast'))).toEqual([0, 1, 0])
  expect([0, 1, 2].map((k) => of(k, 'earlierSession'))).toEqual([0, 0, 1])
})

it('knows the habits of the choices before, and the place of the last one on the same list', () => {
  const items = ['p', 'q', 'r']
  const past = [choice(items, [1, 2, 3], 2, 0)]
  const of = featuresOf(items, [1, 2, 3], past)
  expect(of(2, 'usualRank')).toBeCloseTo(0)
  expect(of(0, 'usualRank')).toBeCloseTo(-0.5)
  expect(of(0, 'usualPlace')).toBeLessThan(of(1, 'usualPlace'))
  expect([0, 1, 2].map((k) => of(k, 'sameListNear'))[2]).toBeCloseTo(0)
  const other = featuresOf(['p', 'q', 's'], [1, 2, 3], past)
  expect(other(0, 'sameListNear')).toBe(0)
  expect(other(0, 'usualRank')).toBeCloseTo(-0.5)
})

it('knows nothing of the choice itself', () => {
  const actions = [choice(['p', 'q'], [1, 2], 1, 0), choice(['q', 'p'], [2, 1], 0, 1)]
  const [, next] = choicesOf({ id: 's', actions }).choices
  const changed = [actions[0], choice(['q', 'p'], [2, 1], 1, 1)]
  expect(choicesOf({ id: 's', actions: changed }).choices[1].features).toEqual(next.features)
})

it('reads choices with their slates, and a choice without one as a look', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nearside-slates-'))
  const lines = [
    'shopper\tevent\titem\ttime\tsession\tlist\tprices',
    's\tselect_item\tq\t2024-01-01T00:00:02Z\ta\tp|q\t1|2',
    's\tview_item\tp\t2024-01-01T00:00:01Z\ta\t\t',
    's\tselect_item\tx\t2024-01-01T00:00:03Z\ta\tp|q\t1|2',
    'viewer\tview_item\tp\t2024-01-01T00:00:01Z\tb\t\t',
  ]
  await writeFile(join(folder, 'events.tsv'), lines.join('\n'))
  const { shoppers, unclear } = await readSlates(folder)
  expect(unclear).toBe(1)
  expect(shoppers.map(({ id }) => id)).toEqual(['s'])
  expect(shoppers[0].actions.map(({ item }) => item)).toEqual(['p', 'q', 'x'])
  expect(shoppers[0].actions[1].slate).toEqual({ items: ['p', 'q'], prices: [1, 2], chosen: 1 })
  await writeFile(join(folder, 'events.tsv'), 'shopper\tevent\titem\ttime\n')
  await expect(readSlates(folder)).rejects.toMatchObject({ code: 'input-invalid' })
  await rm(folder, { recursive: true })
})

/** Shoppers who choose by place alike, and by price each with a taste of their own. */
function planted(shoppers: number, taste: number, random: Random): SlateShopper[] {
  return Array.from({ length: shoppers }, (_, s) => {
    const own = taste * random.normal()
    const actions = Array.from({ length: 8 }, (_, n) => {
      const items = Array.from({ length: 10 }, (_, k) => `${s}-${n}-${k}`)
      const prices = items.map(() => Math.exp(random.normal()))
      const odds = prices.map((price, k) => Math.exp(own * Math.log(price) - Math.log1p(k)))
      let left = random.next() * odds.reduce((sum, one) => sum + one, 0)
      const drawn = odds.findIndex((one) => {
        left -= one
        return left <= 0
      })
      return choice(items, prices, Math.max(0, drawn), n)
    })
    return { id: `s${s}`, actions }
  })
}

it('learns which weight differs between shoppers, and gains by it on others', async () => {
  const engine = createJsEngine()
  const random = createRandom(5)
  const columns = columnsOf(['place', 'price'])
  const taught = planted(60, 1.5, random).map(choicesOf)
  const pooled = poolWeights(taught, columns)
  expect(pooled.weights[columnOf('logPlace')]).toBeLessThan(-0.5)
  const own = taught.map((one) => prepare(one, pooled))
  const one = await learnOneVariance(engine, own, columns)
  const each = await learnVariances(engine, own, columns, one, async () => {})
  const price = each.variance[columnOf('logPrice')]
  expect(price).toBeGreaterThan(3 * each.variance[columnOf('logPlace')])
  expect(price).toBeGreaterThan(0.3)

  const others = planted(60, 1.5, random).map((shopper) => prepare(choicesOf(shopper), pooled))
  const [shared] = await nextNats(engine, others, one.variance, [0])
  const [withOne] = await nextNats(engine, others, one.variance, [1])
  const [withEach] = await nextNats(engine, others, each.variance, [1])
  expect(withOne).toBeLessThan(shared - 0.05)
  expect(withEach).toBeLessThan(withOne)
  const bySpread = await learnBySpread(engine, own, columns)
  expect(bySpread.fusion).toBeGreaterThan(0.5)
}, 120_000)

it('keeps the offsets small where shoppers choose alike', async () => {
  const engine = createJsEngine()
  const columns = columnsOf(['price'])
  const alike = planted(60, 0, createRandom(6)).map(choicesOf)
  const pooled = poolWeights(alike, columnsOf(['place', 'price']))
  const own = alike.map((one) => prepare(one, pooled))
  const one = await learnOneVariance(engine, own, columns)
  expect(Math.max(...one.variance)).toBeLessThan(0.1)
})

it('states each slate with its own items, and serves what the fit found', async () => {
  const engine = createJsEngine()
  const items = ['p', 'q', 'r']
  const actions = [0, 1, 2].map((n) =>
    choice(items.slice(0, n < 2 ? 3 : 2), [1, 2, 3].slice(0, n < 2 ? 3 : 2), 1, n),
  )
  const chooser = choicesOf({ id: 's', actions })
  const pooled = {
    weights: new Float64Array(SLATE_FEATURES),
    scale: new Float32Array(SLATE_FEATURES).fill(1),
  }
  const own = prepare(chooser, pooled)
  expect(sharedScores(own, 2)).toEqual(new Float32Array(2))
  const variance = new Float32Array(SLATE_FEATURES)
  variance[columnOf('first')] = 1
  const offsets = await fitOffsets(engine, own, 2, variance)
  expect(offsets[columnOf('first')]).toBeLessThan(-0.2)
  expect(offsets[columnOf('logPrice')]).toBe(0)
  expect(partOf(own, 2, offsets)[0]).toBe(offsets[columnOf('first')])
  expect(trustOf(0)).toBe(0)
  expect(trustOf(9)).toBeCloseTo(0.9)
})
