/** @module Tests how often the test of two arms gives a false alarm, in hundreds of trials. */
import { describe, expect, it } from 'vitest'
import { compareArms } from './armTest.ts'
import { countOrders, returningBrowsers, testTrial } from './testTrial.ts'

const RUNS = 300
const share = (isTrue: (seed: number) => boolean) =>
  Array.from({ length: RUNS }, (_, seed) => isTrue(seed + 1)).filter(Boolean).length / RUNS

describe('the test of two arms', () => {
  it.each([0.1, 0.5])(
    'if somebody looks each day, the test gives a false alarm in at most one of twenty trials, with a hold-out of %d',
    (part) => {
      const trial = (seed: number) => testTrial(seed, { days: 60, orders: 12, share: part })
      expect(share((seed) => compareArms(trial(seed)).proven !== null)).toBeLessThanOrEqual(0.05)
      expect(
        share((seed) => compareArms(countOrders(trial(seed))).proven !== null),
      ).toBeLessThanOrEqual(0.05)
    },
    120_000,
  )

  it('the test gives a false alarm in at most 5 % of trials in which browsers come back and order again', () => {
    const isAlarm = (seed: number) => compareArms(returningBrowsers(seed, 30)).proven !== null
    expect(share(isAlarm)).toBeLessThanOrEqual(0.05)
  }, 120_000)
})
