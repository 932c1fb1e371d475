import { expect, it } from 'vitest'
import type { EventName } from '../../src/core/events/event.ts'
import { createRandom } from '../../src/core/model/random.ts'
import { testModel, testShop, UNTIL } from '../../src/evaluate/testShop.ts'
import { summariseStrategies } from './compare.ts'
import { type LivedLife, live, STRATEGY_ARMS } from './live.ts'
import { type Life, splice } from './splice.ts'

const shop = testShop(40)
const options = { dayOnly: false, from: UNTIL, before: 3, least: 1, most: 4 }
const arm = (name: string) => (STRATEGY_ARMS as readonly string[]).indexOf(name)

it("gives everybody another one's past, ending when their own did, and their own future", () => {
  const lives = splice(shop.shoppers, options, createRandom(1))
  expect(lives.length).toBeGreaterThan(5)
  for (const { shopper, own, other, after, cases } of lives) {
    const whole = shop.shoppers.find(({ id }) => id === shopper)!.interactions
    expect([...own, ...after]).toEqual([...whole])
    expect(other[other.length - 1].time).toBe(own[own.length - 1].time)
    expect(other.map(({ session }) => session)).not.toContain(own[0].session)
    expect(cases[0].time).toBe(after[0].time)
    expect(cases[0].time).toBeGreaterThanOrEqual(UNTIL)
  }
  const lenders = lives.map(({ other }) => other[0].session)
  expect(new Set(lenders).size).toBe(lives.length)
})

it('nobody to borrow from: nothing to test', () => {
  expect(splice(shop.shoppers.slice(0, 1), { ...options, before: 1 }, createRandom(1))).toEqual([])
})

/** A life whose events come one at a time, `names` of them. */
function lifeOf(names: readonly EventName[]): Life {
  const { own, other } = splice(shop.shoppers, options, createRandom(1))[0]
  const after = names.map((name, k) => ({
    item: k % 5,
    name,
    time: UNTIL + (k + 1) * 60_000,
    session: 'now',
  }))
  return {
    shopper: 'a',
    own,
    other,
    after,
    cases: after.map(({ time, item }) => ({ time, targets: [item] })),
  }
}

async function fitsOf(names: readonly EventName[]) {
  let fits = 0
  const model = testModel(shop)
  const lived = await live(lifeOf(names), lifeOf(names).own, {
    modelAt: () => model,
    clock: () => 0,
    fit: async ({ parameters }) => {
      fits++
      return { parameters: new Float32Array(parameters) }
    },
  })
  return { lived, fits }
}

it('online learns from each event, batch from twenty, hybrid from what was bought', async () => {
  const views = await fitsOf(Array.from({ length: 42 }, () => 'view_item' as const))
  expect(views.lived.events).toBe(41)
  expect([...views.lived.fits]).toEqual([0, 41, 2, 0])
  // One more, for what all had learned before the change; the batch's fits are among the online ones.
  expect(views.fits).toBe(42)
  const bought = await fitsOf(['view_item', 'purchase', 'view_item', 'search', 'view_item'])
  expect(bought.lived.fits[arm('hybrid')]).toBe(1)
  expect(bought.lived.fits[arm('batch')]).toBe(0)
})

it('counts events until the gap to the own past closes; never, where it does not', () => {
  const life = (nlls: readonly number[]): LivedLife => ({
    cases: nlls.map((value, k) => ({
      events: 3 * k,
      ndcg: new Float64Array(STRATEGY_ARMS.length).fill(1 / (1 + value)),
      nll: new Float64Array(STRATEGY_ARMS.length).fill(value),
    })),
    events: 10,
    fits: new Float64Array(STRATEGY_ARMS.length).fill(5),
    milliseconds: new Float64Array(STRATEGY_ARMS.length).fill(20),
  })
  const pair = { own: life([1, 1, 1, 1]), other: life([3, 2.5, 1.9, 1.1]) }
  const stuck = { own: life([1, 1, 1, 1]), other: life([3, 3, 3, 3]) }
  const unhurt = { own: life([1, 1, 1, 1]), other: life([1, 1, 1, 1]) }
  const summary = (pairs: (typeof pair)[]) => summariseStrategies(pairs, 30, createRandom(1))[1]
  expect(summary([pair, pair, unhurt]).half).toEqual({
    median: 6,
    lo: 6,
    hi: 6,
    hurt: 2,
    followed: 2,
  })
  expect(summary([pair, pair]).most.median).toBe(9)
  expect(summary([stuck, stuck, pair]).half).toMatchObject({ median: null, hurt: 3, followed: 1 })
  const one = summary([pair])
  expect(one.fitsPerEvent).toBe(0.5)
  expect(one.stepsPerEvent).toBe(15)
  expect(one.millisecondsPerEvent).toBe(2)
})
