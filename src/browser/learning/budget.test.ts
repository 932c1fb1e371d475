import { expect, test } from 'vitest'
import { type DeviceConditions, deferralOf } from './scheduler.ts'

const fine: DeviceConditions = {
  visible: true,
  savesData: false,
  battery: null,
  globalPrivacyControl: false,
}
const why = (conditions: Partial<DeviceConditions>, spent = 0, asked = true) =>
  deferralOf({ ...fine, ...conditions }, spent, asked)

test('a fit is allowed if enough battery and time are left', () => {
  expect(deferralOf(fine, 0, false)).toBe(null)
  expect(why({ battery: 0.15 }, 59_999)).toBe(null)
})

test('a fit waits if the battery is low, the shopper saves data, or the page’s time for fits is spent', () => {
  expect(why({ battery: 0.14 })).toBe('battery')
  expect(why({ savesData: true })).toBe('save-data')
  expect(why({}, 60_000)).toBe('spent')
})

test('a hidden page learns from the shopper’s own actions and defers other learning', () => {
  expect(why({ visible: false }, 0, false)).toBe('hidden')
  expect(why({ visible: false }, 0, true)).toBe(null)
})
