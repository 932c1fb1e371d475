import type { Item } from '@nearside/core/catalog/item.ts'
import type { Interaction } from '@nearside/core/features/history.ts'
import { DAY } from '@nearside/core/time.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { foldOf, OutOfFoldStatistics } from './outOfFold.ts'

const FROM = Date.UTC(2011, 0, 1)
const UNTIL = FROM + 120 * DAY
const items: Item[] = Array.from({ length: 10 }, (_, i) => ({ id: `i${i}`, price: 1 + i }))
const options = { folds: 3, neighbourDays: 30, popularityDays: 7, from: FROM, until: UNTIL }

const entry: fc.Arbitrary<Interaction> = fc
  .record({ item: fc.nat(9), day: fc.integer({ min: -40, max: 119 }), session: fc.nat(3) })
  .map(({ item, day, session }) => ({
    item,
    name: 'purchase',
    time: FROM + day * DAY,
    session: `${day} ${session}`,
  }))
const history = fc
  .array(entry, { maxLength: 12 })
  .map((entries) => entries.sort((a, b) => a.time - b.time))
const log = fc
  .array(history, { minLength: 2, maxLength: 9 })
  .map((all) => all.map((interactions, k) => ({ id: `shopper ${k}`, interactions })))

describe('OutOfFoldStatistics', () => {
  it('out-of-fold statistics exclude the case’s shopper and all events from the case’s time on', () => {
    fc.assert(
      fc.property(log, fc.nat(), fc.integer({ min: 0, max: 119 }), (shoppers, pick, day) => {
        const asking = shoppers[pick % shoppers.length]
        const time = FROM + day * DAY
        const before = shoppers.map((one) => ({
          ...one,
          interactions: one.interactions.filter((entry) => entry.time < time),
        }))
        const without = before.filter(({ id }) => id !== asking.id)
        const real = new OutOfFoldStatistics(items, shoppers, options).at(asking.id, time)
        const blind = new OutOfFoldStatistics(items, without, options).at(asking.id, time)
        expect(real).toEqual(blind)
      }),
      { numRuns: 60 },
    )
  })

  it('out-of-fold statistics don’t depend on earlier requests', () => {
    fc.assert(
      fc.property(
        log,
        fc.array(fc.integer({ min: 0, max: 119 }), { minLength: 2 }),
        (all, days) => {
          const used = new OutOfFoldStatistics(items, all, options)
          days.forEach((day, k) => {
            const { id } = all[k % all.length]
            const fresh = new OutOfFoldStatistics(items, all, options)
            expect(used.at(id, FROM + day * DAY)).toEqual(fresh.at(id, FROM + day * DAY))
          })
        },
      ),
      { numRuns: 15 },
    )
  })

  it('with `onDemandFrom: 0`, out-of-fold statistics have neighbours only for the items of the given history, the same as in the full table', () => {
    fc.assert(
      fc.property(log, fc.array(fc.integer({ min: 0, max: 119 })), (all, days) => {
        const whole = new OutOfFoldStatistics(items, all, options)
        const some = new OutOfFoldStatistics(items, all, { ...options, onDemandFrom: 0 })
        days.forEach((day, k) => {
          const { id, interactions } = all[k % all.length]
          const wanted = whole.at(id, FROM + day * DAY)
          const found = some.at(id, FROM + day * DAY, interactions)
          for (const { item } of interactions) {
            const [from, to] = [item, item + 1].map((row) => row * wanted.neighboursPerItem)
            for (const name of ['neighbourItems', 'neighbourWeights'] as const)
              expect(found[name].slice(from, to)).toEqual(wanted[name].slice(from, to))
          }
          const { neighbourItems: _, neighbourWeights: __, ...rest } = found
          expect(wanted).toMatchObject(rest)
          expect(some.at(id, FROM + day * DAY)).toEqual(wanted)
        })
      }),
      { numRuns: 30 },
    )
  })

  it('foldOf spreads shoppers evenly over folds', () => {
    const counts = new Array(5).fill(0)
    for (let k = 0; k < 5000; k++) counts[foldOf(`${12346 + k}`, 5)]++
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(120)
  })
})
