import { describe, expect, it } from 'vitest'
import type { LogName } from '../events/event.ts'
import { nextCases } from './cases.ts'

const MINUTE = 60_000
const event = (item: number, minutes: number, name: LogName = 'view_item') => ({
  item,
  name,
  time: minutes * MINUTE,
  session: `${name} ${minutes}`,
})
const of = (interactions: readonly ReturnType<typeof event>[], dayOnly = false) =>
  nextCases({ id: 'one', interactions }, dayOnly, 0).map(({ next, place }) => [
    next.targets,
    next.hidden,
    place,
  ])

describe('cases (moments to predict) of the next product other than the one being viewed', () => {
  it('the product last viewed is no target to predict while the visit lasts; half an hour without an event ends the visit', () => {
    const looks = [event(1, 0), event(1, 1), event(2, 2), event(1, 12), event(3, 72)]
    expect(of(looks)).toEqual([
      [[1], null, 1],
      // The shopper views the same product again. No list shows that product, so the case has no target.
      [[], 1, 2],
      [[2], 1, 3],
      [[1], 2, 4],
      [[3], null, 1],
    ])
  })

  it('an order or a shown list doesn’t change which product counts as last viewed', () => {
    const visit = [event(1, 0), event(5, 3, 'view_item_list'), event(2, 4, 'purchase'), event(3, 8)]
    expect(of(visit)).toEqual([
      [[1], null, 1],
      [[2], 1, 2],
      [[3], 1, 2],
    ])
    expect(of([event(1, 0, 'purchase'), event(1, 5, 'purchase')])).toEqual([
      [[1], null, 1],
      [[1], null, 1],
    ])
  })

  it('in a log with day-only times, no case has a product last viewed', () => {
    expect(of([event(1, 0), event(1, 1440)], true)).toEqual([
      [[1], null, 1],
      [[1], null, 1],
    ])
  })
})
