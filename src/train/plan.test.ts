import { DAY } from '@nearside/core/time.ts'
import { purchase, START } from '@nearside/evaluate/testShop.ts'
import { expect, it } from 'vitest'
import { planByTime } from './plan.ts'

const planOf = (days: readonly number[]) => {
  const shoppers = Array.from({ length: 20 }, (_, s) => ({
    id: `shopper${s}`,
    interactions: days.map((day) => purchase(0, START + day * DAY + 3_600_000, `${day}`)),
  }))
  const to = START + Math.max(...days) * DAY + 3_600_000
  const shop = {
    ...{ name: 'gaps', items: [{ id: 'a' }, { id: 'b' }], shoppers, dayOnly: false },
    ...{ from: START + 3_600_000, to, searches: [], leftOut: [] },
  }
  return planByTime(shop, START + 100 * DAY, { fraction: 0 }, 1, to)
}

it('validation uses the end of the log, and begins earlier if there are few events at the end', () => {
  const steady = Array.from({ length: 50 }, (_, k) => 2 * k)
  expect(planOf(steady).measuredFrom).toBe(START + 60 * DAY)
  expect(planOf([0, 1, 2, 3, 30]).measuredFrom).toBe(START + 30 * DAY)
})
