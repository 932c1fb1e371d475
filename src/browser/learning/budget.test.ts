import { expect, test } from 'vitest'
import { DEFAULT_BUDGET, type DeviceConditions, deferralOf } from './budget.ts'

const fine: DeviceConditions = {
  visible: true,
  savesData: false,
  battery: null,
  globalPrivacyControl: false,
}
const why = (conditions: Partial<DeviceConditions>, spent = 0, asked = true) =>
  deferralOf({ perFit: 1, perPage: 100, battery: 0.3 }, { ...fine, ...conditions }, spent, asked)

test('learns where nothing speaks against it', () => {
  expect(deferralOf(DEFAULT_BUDGET, fine, 0, false)).toBe(null)
  expect(why({ battery: 0.3 }, 99)).toBe(null)
})

test('waits for power, for data, for the next page', () => {
  expect(why({ battery: 0.29 })).toBe('battery')
  expect(why({ savesData: true })).toBe('save-data')
  expect(why({}, 100)).toBe('spent')
})

test('a hidden page learns what a shopper did, not what can wait', () => {
  expect(why({ visible: false }, 0, false)).toBe('hidden')
  expect(why({ visible: false }, 0, true)).toBe(null)
})
