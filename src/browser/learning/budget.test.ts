import { expect, test } from 'vitest'
import { type DeviceConditions, deferralOf } from './budget.ts'

const fine: DeviceConditions = {
  visible: true,
  savesData: false,
  battery: null,
  globalPrivacyControl: false,
}
const why = (conditions: Partial<DeviceConditions>, spent = 0, asked = true) =>
  deferralOf({ ...fine, ...conditions }, spent, asked)

test('learns where nothing speaks against it', () => {
  expect(deferralOf(fine, 0, false)).toBe(null)
  expect(why({ battery: 0.15 }, 59_999)).toBe(null)
})

test('waits for power, for data, for the next page', () => {
  expect(why({ battery: 0.14 })).toBe('battery')
  expect(why({ savesData: true })).toBe('save-data')
  expect(why({}, 60_000)).toBe('spent')
})

test('a hidden page learns what a shopper did, not what can wait', () => {
  expect(why({ visible: false }, 0, false)).toBe('hidden')
  expect(why({ visible: false }, 0, true)).toBe(null)
})
