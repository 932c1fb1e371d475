import { DAY } from '@nearside/core/time.ts'
import { isHeldOut } from '@nearside/train/holdout.ts'
import { describe, expect, it } from 'vitest'
import { casesOf, type EvaluationInput } from './cases.ts'
import { purchase, START, testInput, testShop, UNTIL } from './testShop.ts'
import { prepareTuning, tuneBaselines } from './tuneBaselines.ts'

const input = (changes: Partial<EvaluationInput> = {}) => testInput(testShop(), changes)

describe('tuned baselines', () => {
  it('tuned baselines depend only on events of training shoppers before the end of the training data', () => {
    const evaluation = input()
    const tuned = tuneBaselines(evaluation)
    expect(tuned.cases).toBeGreaterThan(20)
    const elsewhere = evaluation.shoppers.map((shopper) => ({
      ...shopper,
      interactions: isHeldOut(shopper.id, 0.5, 1)
        ? []
        : shopper.interactions.filter(({ time }) => time < UNTIL),
    }))
    expect(tuneBaselines({ ...evaluation, shoppers: elsewhere })).toEqual(tuned)
  })

  it('tuning reports its progress by arm, never backwards and never beyond the total', () => {
    const reports = new Map<string, number[]>()
    tuneBaselines(input(), (label, done, total) => {
      expect(done).toBeLessThanOrEqual(total)
      reports.set(label, [...(reports.get(label) ?? []), done / total])
    })
    // Last-viewed has no parameter.
    expect([...reports.keys()]).toEqual(
      ['recently-viewed', 'item-knn', 'session-knn', 'ease', 'ewma'].map((arm) => `tuning ${arm}`),
    )
    for (const shares of reports.values()) {
      // Each choice of a parameter is reported, because on a large catalog each takes seconds.
      expect(shares.length).toBeGreaterThan(40)
      expect(shares).toEqual(shares.toSorted((a, b) => a - b))
      expect(shares.at(-1)).toBe(1)
    }
  })

  it('baselines keep their start parameters if there are no tuning cases', () => {
    expect(tuneBaselines(input({ until: START })).cases).toBe(0)
  })

  it('in tuning, the baselines’ neighbours are computed without the shoppers of the tuning cases', () => {
    // Each shopper has two items that they repeatedly buy together and that nobody else buys.
    const items = 120
    const shop = {
      ...testShop(1, items),
      shoppers: Array.from({ length: 60 }, (_, s) => ({
        id: `shopper${s}`,
        interactions: [10, 20, 30, 55].flatMap((day) =>
          [2 * s, 2 * s + 1].map((item) => purchase(item, START + day * DAY, `${s}-${day}`)),
        ),
      })),
    }
    const evaluation = testInput(shop, { until: START + 80 * DAY })
    const { casesWith, shoppers } = prepareTuning(evaluation)
    const cases = casesWith(
      ({ history }) => history,
      ({ targets }) => ({ targets, hidden: null }),
    )
    expect(shoppers).toBeGreaterThan(5)
    for (const { targets, neighbours, popularity } of cases)
      for (const item of targets) {
        expect(neighbours.neighbourWeights[item * neighbours.neighboursPerItem]).toBe(0)
        expect(popularity.all[item]).toBe(0)
      }
    const [{ neighbours, fold }] = cases
    const others = cases.filter((one) => one.fold !== fold).flatMap(({ targets }) => targets)
    expect(others.length).toBeGreaterThan(5)
    for (const item of others)
      expect(neighbours.neighbourWeights[item * neighbours.neighboursPerItem]).toBeGreaterThan(0)
  })

  it('baselines are tuned on every case of every training shopper in the weeks before the test period', () => {
    const evaluation = input()
    const training = evaluation.shoppers.filter(({ id }) => !evaluation.isHeldOut(id))
    const cases = training.flatMap((one) =>
      casesOf(evaluation, one, START).filter(({ time }) => time < UNTIL),
    )
    expect(tuneBaselines(evaluation)).toMatchObject({
      cases: cases.length,
      shoppers: new Set(cases.map(({ shopper }) => shopper)).size,
    })
  })

  it('in a log of sequences, baselines are tuned on each sequence’s last event before the test, with neighbours from earlier events', () => {
    const sequences = Array.from({ length: 1200 }, (_, s) => ({
      id: `shopper${s}`,
      interactions: Array.from({ length: 5 }, (_, k) =>
        purchase((s + 3 * k) % 30, START + (40 + k) * DAY, `${s}-${k}`),
      ),
    }))
    const shop = { ...testShop(1), shoppers: sequences, dayOnly: true }
    const until = START + 43 * DAY
    const { casesWith, from } = prepareTuning({
      ...testInput(shop, { until, protocol: 'leave-one-out', dayOnly: true }),
      isHeldOut: () => false,
    })
    const cases = casesWith(
      ({ history }) => history,
      ({ next }) => next,
    )
    expect(from).toBe(until - DAY)
    expect(cases).toHaveLength(sequences.length)
    for (const { time, history, neighbours } of cases) {
      expect(time).toBe(from)
      expect(history).toHaveLength(2)
      expect(neighbours.neighbourWeights.some((weight) => weight > 0)).toBe(true)
    }
  })

  it('a baseline that contains recently-viewed as a special case never ranks the tuning cases worse than recently-viewed', () => {
    for (const one of Object.values(tuneBaselines(input()).counts))
      for (const arm of ['item-knn', 'session-knn', 'ease'] as const)
        expect(one[arm].quality).toBeGreaterThanOrEqual(one['recently-viewed'].quality)
  })

  it('tuning weighs each shopper equally, as the report does', () => {
    const { casesWith, shoppers } = prepareTuning(input())
    const cases = casesWith(
      ({ history }) => history,
      ({ targets }) => ({ targets, hidden: null }),
    )
    const weight = cases.reduce((sum, one) => sum + one.weight, 0)
    expect(weight).toBeCloseTo(shoppers, 6)
    expect(cases.length).toBeGreaterThan(shoppers)
  })
})
