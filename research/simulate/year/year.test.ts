import { costOf } from '@nearside/aggregate/privacy/gaussianAccountant.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { DAY } from '@nearside/core/time.ts'
import { decimal } from '@nearside/evaluate/report/numbers.ts'
import { beforeAll, describe, expect, test } from 'vitest'
import { outagesOf } from './federation.ts'
import { pictureOf } from './picture.ts'
import { itemsAt } from './server.ts'
import { makeShop, START, YEAR } from './shop.ts'
import { type PlayedYear, simulateYear, YEAR_TERMS, type YearQuestion } from './year.ts'

const QUESTION: YearQuestion = {
  ...{ shoppers: 300, weeks: 13, goal: 8, seed: 3, drop: 0.1, malicious: 0.1, attack: 'flip' },
  ...{ epsilon: 4, terms: YEAR_TERMS },
}
const play = (changes: Partial<YearQuestion> = {}) =>
  simulateYear(
    { ...QUESTION, ...changes },
    { onProgress() {}, signal: new AbortController().signal },
  )

describe('a tiny year', () => {
  let played: PlayedYear
  beforeAll(async () => {
    played = await play()
  }, 300_000)

  test('a simulated year, including its picture, is the same for the same seed, and differs for another seed', async () => {
    const again = await play()
    expect(JSON.stringify(again.result)).toBe(JSON.stringify(played.result))
    expect(pictureOf(again.result)).toBe(pictureOf(played.result))
    const other = await play({ seed: 4, weeks: 5 })
    expect(other.result.weeks).not.toEqual(played.result.weeks.slice(0, 5))
  }, 300_000)

  test('each report of a simulated year is either counted, abandoned or waiting in the open round', () => {
    const { weeks } = played.result
    let open = 0
    for (const week of weeks) {
      open += week.counted - week.abandoned
      expect(week.sumExact).toBe(open === QUESTION.goal ? true : null)
      if (open === QUESTION.goal) open = 0
      expect(open).toBeLessThan(QUESTION.goal)
      expect(week.poisoned).toBeLessThanOrEqual(week.counted)
    }
    const sum = (name: 'counted' | 'poisoned' | 'abandoned' | 'vanished' | 'lostEvents') =>
      weeks.reduce((total, week) => total + week[name], 0)
    for (const name of ['counted', 'poisoned', 'vanished', 'lostEvents'] as const)
      expect(sum(name)).toBeGreaterThan(0)
    expect(weeks.some(({ sumExact }) => sumExact)).toBe(true)
    expect(weeks.filter(({ training }) => training !== null).map(({ week }) => week)).toEqual([
      4, 8, 12,
    ])
  })

  test('no device sends more reports than its limit, but a shopper whose browser lost its store can send more', () => {
    const { year } = costOf(played.terms)
    for (const { epsilonDevice, epsilonShopper } of played.result.weeks) {
      expect(epsilonDevice).toBeLessThanOrEqual(year)
      expect(epsilonShopper).toBeGreaterThanOrEqual(epsilonDevice)
    }
    // A round of eight reports is too small for a real shop's devices.
    expect(played.refused).not.toBeNull()
  })

  test('every arm of a simulated year is measured on shoppers from whom nothing was learned', () => {
    const { year, months } = played.result
    expect(months).toHaveLength(4)
    expect(year.arms.map(({ ndcg }) => ndcg?.value)).not.toContain(undefined)
    expect(months.reduce((sum, { cases }) => sum + cases, 0)).toBe(year.cases)
    // Until the first monthly training, the arm `updated` has the same model as the arm `frozen`.
    const [first] = months
    const of = (arm: string) => first.arms.find((one) => one.arm === arm)?.ndcg?.value
    expect(of('updated')).toBe(of('frozen'))
  })

  test('the picture of a simulated year shows all figures of the year', () => {
    const svg = pictureOf(played.result)
    for (const { arm, ndcg } of played.result.year.arms)
      expect(svg).toContain(`${arm} ${decimal(ndcg?.value ?? -1)} [`)
    expect(svg.match(/<text\b/g)?.length).toBe(svg.match(/<\/text>/g)?.length)
    expect(svg).not.toMatch(/NaN|undefined|Infinity/)
  })
})

test('attackers whose proof is wrong are refused, and spend no ε', async () => {
  const { result } = await play({ attack: 'scale', malicious: 1, weeks: 2 })
  for (const week of result.weeks)
    expect(week).toMatchObject({ counted: 0, vanished: 0, epsilonShopper: 0, sumExact: null })
  expect(result.weeks[0].refused).toBeGreaterThan(0)
}, 300_000)

test('the made-up shop sells no product before its launch, and a shopper’s next device store begins when the one before is lost', () => {
  const shop = makeShop(400, 7)
  expect(itemsAt(shop, START).length).toBeLessThan(itemsAt(shop, START + YEAR).length)
  for (const { interactions, stores, visits, orders } of shop.shoppers) {
    for (const { item, time } of interactions) expect(shop.launched[item]).toBeLessThanOrEqual(time)
    const times = interactions.map(({ time }) => time)
    expect(times).toEqual([...times].sort((a, b) => a - b))
    for (const [k, { from, to }] of stores.entries()) {
      expect(visits).toContain(from)
      expect(from).toBeGreaterThanOrEqual(START)
      expect(to).toBe(stores[k + 1]?.from ?? Number.POSITIVE_INFINITY)
    }
    expect(orders.every(({ name }) => name === 'purchase')).toBe(true)
  }
  const lost = shop.shoppers.filter(({ stores }) => stores.length > 1)
  expect(lost.length).toBeGreaterThan(20)
})

test('in a simulated year, each server has one outage of ten days and four short ones', () => {
  const outages = outagesOf(createRandom(1))
  for (const role of ['leader', 'helper']) {
    const days = outages.filter((one) => one.role === role).map(({ from, to }) => (to - from) / DAY)
    expect(days).toHaveLength(5)
    expect(days[0]).toBeCloseTo(10, 6)
  }
})
