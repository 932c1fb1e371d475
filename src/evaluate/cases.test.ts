import { isHeldOut } from '@nearside/train/holdout.ts'
import { describe, expect, it } from 'vitest'
import { type EvaluationInput, selectCases } from './cases.ts'
import { START, testInput, testShop, UNTIL } from './testShop.ts'

function input(changes: Partial<EvaluationInput> = {}, shop = testShop()): EvaluationInput {
  return testInput(shop, changes)
}

describe('selection of test cases', () => {
  it('the test cases are those of held-out shoppers from the end of the training data on', () => {
    const selected = selectCases(input())
    expect(selected.length).toBeGreaterThanOrEqual(10)
    for (const { shopper, time } of selected.flat()) {
      expect(isHeldOut(shopper, 0.5, 1)).toBe(true)
      expect(time).toBeGreaterThanOrEqual(UNTIL)
    }
  })

  it('leave-one-out selects the last case of each shopper, but never a shopper’s first case', () => {
    const selected = selectCases(input({ protocol: 'leave-one-out' }))
    for (const cases of selected) {
      expect(cases).toHaveLength(1)
      expect(cases[0].history.length).toBeGreaterThan(0)
      const own = testShop().shoppers.find(({ id }) => id === cases[0].shopper)
      expect(cases[0].time).toBe(own?.interactions.at(-1)?.time)
    }
  })
})

describe('target of a test case', () => {
  it('with the target `purchase`, a case is an order, which is predicted from all earlier events', () => {
    const shop = testShop()
    const looked = shop.shoppers.map(({ id, interactions }) => ({
      id,
      interactions: interactions
        .flatMap((one) => [{ ...one, name: 'view_item' as const, time: one.time - 1000 }, one])
        .sort((a, b) => a.time - b.time),
    }))
    const any = selectCases(input({ shoppers: looked })).flat()
    const purchases = selectCases(input({ shoppers: looked, target: 'purchase' })).flat()
    expect(purchases.map(({ time, targets }) => [time, targets])).toEqual(
      selectCases(input())
        .flat()
        .map(({ time, targets }) => [time, targets]),
    )
    for (const { shopper, time, history } of purchases) {
      const same = any.find((one) => one.shopper === shopper && one.time === time)
      expect(history).toEqual(same?.history)
      expect(history.at(-1)).toMatchObject({ name: 'view_item', time: time - 1000 })
    }
  })
})

describe('refusal of a shop that can’t be evaluated', () => {
  it('an evaluation with fewer than ten tested shoppers is refused', () => {
    const few = testShop(15)
    expect(() => selectCases(input({ shoppers: few.shoppers }, few))).toThrow(
      /^\d of \d+ held-out shoppers have an event from 2024-03-01 on; at least 10 are needed/,
    )
  })

  it('an evaluation whose hold-out leaves no shopper to train on is refused', () => {
    expect(() => selectCases(input({ isHeldOut: () => true }))).toThrow(
      expect.objectContaining({ code: 'input-invalid' }),
    )
  })

  it('an evaluation is refused if the log has no event after the training data', () => {
    const shop = testShop()
    const oneDay = shop.shoppers.map(({ id, interactions }) => ({
      id,
      interactions: interactions.map((one, k) => ({ ...one, time: START + k })),
    }))
    expect(() => selectCases(input({ shoppers: oneDay }))).toThrow(/^0 of \d+ held-out shoppers/)
    const after = selectCases(input({ shoppers: oneDay, until: START }))
    expect(after.length).toBeGreaterThanOrEqual(10)
  })

  it('the selection of test cases skips shoppers without events', () => {
    const shop = testShop()
    const empty = { id: 'nobody', interactions: [] }
    const selected = selectCases(
      input({
        shoppers: [...shop.shoppers, empty],
        isHeldOut: (id) => id === 'nobody' || isHeldOut(id, 0.5, 1),
      }),
    )
    expect(selected.flat().some(({ shopper }) => shopper === 'nobody')).toBe(false)
  })
})
