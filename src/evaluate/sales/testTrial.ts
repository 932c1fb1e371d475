/** @module Simulates a trial for tests: few of the daily visitors order, and order values have a heavy tail. */
import { createRandom } from '@nearside/core/model/random.ts'
import type { ArmDay } from './armTest.ts'

interface Trial {
  readonly days: number
  /** Mean number of orders per day in both arms. */
  readonly orders: number
  /** Share of the visitors in the hold-out. */
  readonly share: number
  /** Factor by which the personal arm orders more often. */
  readonly lift?: number
}

const VISITORS_AN_ORDER = 30

export function testTrial(seed: number, { days, orders, share, lift = 1 }: Trial): ArmDay[] {
  const random = createRandom(seed)
  return Array.from({ length: days }, () => {
    let [personal, holdOut] = [0, 0]
    const weights: number[] = []
    const isPersonal: boolean[] = []
    for (let v = 0; v < orders * VISITORS_AN_ORDER; v++) {
      const isOwn = random.next() >= share
      if (isOwn) personal++
      else holdOut++
      if (random.next() * VISITORS_AN_ORDER >= (isOwn ? lift : 1)) continue
      weights.push(20 * Math.exp(random.normal()))
      isPersonal.push(isOwn)
    }
    return { visitors: { personal, holdOut: Math.max(1, holdOut) }, weights, isPersonal }
  })
}

/** The same days, but with a weight of 1 for each order. */
export const countOrders = (days: readonly ArmDay[]): ArmDay[] =>
  days.map((day) => ({ ...day, weights: day.weights.map(() => 1) }))

/**
 * Simulates two equal arms. Each browser keeps its arm and comes back on many days, and some browsers order often. Only
 * each browser's first order counts, as in `measureSales`.
 */
export function returningBrowsers(seed: number, days: number): ArmDay[] {
  const random = createRandom(seed)
  const browsers = Array.from({ length: 600 }, () => ({
    isPersonal: random.next() >= 0.3,
    visits: random.next() ** 3,
    orders: random.next() ** 6,
    hasOrdered: false,
  }))
  return Array.from({ length: days }, () => {
    const come = browsers.filter(({ visits }) => random.next() < visits)
    const first = come.filter((one) => !one.hasOrdered && random.next() < one.orders)
    for (const one of first) one.hasOrdered = true
    const personal = come.filter((one) => one.isPersonal).length
    return {
      visitors: { personal, holdOut: Math.max(1, come.length - personal) },
      weights: first.map(() => 20 * Math.exp(random.normal())),
      isPersonal: first.map((one) => one.isPersonal),
    }
  })
}
