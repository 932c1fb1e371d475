import { describe, expect, it } from 'vitest'
import { createRandom } from '../../src/core/model/random.ts'
import { purchase, testInput, testShop, UNTIL } from '../../src/evaluate/testShop.ts'
import { detect } from './detection.ts'
import { summariseNoise } from './noiseSummary.ts'
import { type NoisyCase, walkNoisy } from './noisyWalk.ts'
import { isScripted, noiseSettings, noiseShoppers, noisyLog, shopLog } from './prepareNoise.ts'
import { addMisclicks, browse } from './simulate.ts'

const shop = testShop(60, 30)
const input = testInput(shop)

describe('a browsing log', () => {
  const [{ id, interactions }] = shop.shoppers
  const log = browse(id, interactions, createRandom(4))

  it('buys what the log bought, when it did, after a look at each item', () => {
    const bought = log.events.filter(({ name }) => name === 'purchase')
    expect(bought.flatMap(({ items, time }) => items.map((item) => [Number(item), time]))).toEqual(
      interactions.map(({ item, time }) => [item, time]),
    )
    for (const { session, items, time } of bought) {
      const looks = log.events.filter((one) => one.session === session && one.name === 'view_item')
      expect(looks.map(({ items: [item] }) => item).sort()).toEqual([...items].sort())
      for (const look of looks) expect(look.time + (look.dwellMs ?? 0)).toBeLessThan(time)
      expect(log.began.get(session)).toBe(Math.min(...looks.map((look) => look.time)))
    }
  })

  it('gets as many misclicks as asked for, all named, and nothing else is touched', () => {
    const noisy = addMisclicks(log, 0.5, () => 7, createRandom(2))
    const entries = log.events.reduce((sum, { items }) => sum + items.length, 0)
    expect(noisy.planted.size).toBe(Math.round(0.5 * entries))
    expect(noisy.events.filter((event) => !noisy.planted.has(event.id))).toEqual(log.events)
    expect(new Set(noisy.events.map((event) => event.id)).size).toBe(noisy.events.length)
  })
})

it('refuses a log of days: nothing in it has a duration', () => {
  expect(() => noiseShoppers({ ...input, dayOnly: true })).toThrow(/knows days only/)
})

describe('cleaning planted noise', () => {
  const { draw, usualOf } = shopLog(input)
  const logs = noiseShoppers(input).map(({ shopper }, k) =>
    noisyLog(shopper, 0.2, isScripted(k), draw, k),
  )
  const found = new Map(detect(logs, usualOf(0.2, true)).map((one) => [one.cleaner, one]))

  it('knows what is usual from training shoppers before the test only', () => {
    const rewritten = {
      ...input,
      shoppers: shop.shoppers.map((one) => ({
        ...one,
        interactions: input.isHeldOut(one.id)
          ? [purchase(3, UNTIL, 'other')]
          : [...one.interactions, purchase(5, UNTIL, 'late')],
      })),
    }
    expect(shopLog(rewritten).usualOf(0.2, true)).toEqual(usualOf(0.2, true))
  })

  it('finds each kind by what was made for it, and says what it cost', () => {
    expect(found.get('rules')?.recall['fast script']).toBeGreaterThan(0.95)
    expect(found.get('rules')?.recall.timer).toBeGreaterThan(0.9)
    expect(found.get('rules')?.recall['loose timer']).toBe(0)
    expect(found.get('forest')?.recall['slow script']).toBeGreaterThan(
      found.get('rules')?.recall['slow script'] ?? 1,
    )
    for (const { precision, lost } of found.values()) {
      expect(precision ?? 1).toBeGreaterThan(0.5)
      expect(lost).toBeLessThan(0.2)
    }
  })
})

describe('the walk with noise', async () => {
  const settings = noiseSettings([0.4])
  const { draw, usualOf } = shopLog(input)
  const usual = settings.map(({ share }) => usualOf(share, false))
  const devices = {
    model: input.model,
    installed: UNTIL,
    statisticsAt: () => input.model.statistics,
    fit: async ({ parameters }: { parameters: number }) => ({
      parameters: new Float32Array(parameters),
    }),
  }
  const shoppers = noiseShoppers(input)
  const walked: NoisyCase[][] = []
  for (const [k, { shopper, cases }] of shoppers.entries())
    walked.push(await walkNoisy({ devices, settings, usual, draw }, shopper, cases, k))
  const rows = summariseNoise(settings, walked, 1)

  it('asks the same cases whatever the noise, and a fit of zeros is the base', () => {
    expect(walked.map((own) => own.length)).toEqual(shoppers.map(({ cases }) => cases.length))
    for (const own of walked)
      for (const { base, personal } of own) {
        expect(base).toHaveLength(settings.length)
        expect(personal).toEqual(base)
      }
    expect(rows[0].learning).toEqual({ relative: 0, lo: 0, hi: 0 })
  })

  it('does not show the answer: looks of the visit that ends in the case are not history', async () => {
    // Someone whose every order is of one new item: knowing the looks would rank it first.
    const interactions = [0, 1, 2, 3].map((k) => purchase(20 + k, UNTIL + k * 86_400_000, `o${k}`))
    const cases = interactions.slice(1).map((one, k) => ({
      shopper: 'x',
      time: one.time,
      history: interactions.slice(0, k + 1),
      targets: [one.item],
    }))
    const own = await walkNoisy(
      { devices, settings: settings.slice(0, 1), usual, draw },
      { id: 'x', interactions },
      cases,
      1,
    )
    for (const { base } of own) expect(base[0]).toBeLessThan(0.5)
  })
})
