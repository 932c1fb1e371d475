import { describe, expect, it, test } from 'vitest'
import { contextFault, NO_CONTEXT, readShopContext } from './context.ts'
import { contextValue, easterSunday, seasonAt } from './contextValue.ts'
import { contextOver } from './lifts.ts'

const day = (text: string) => Date.parse(text)

test('easterSunday matches the calendar', () => {
  for (const date of ['1961-04-02', '2000-04-23', '2011-04-24', '2024-03-31', '2025-04-20'])
    expect(easterSunday(Number(date.slice(0, 4)))).toBe(day(date))
})

test('a season ends on the day of its holiday', () => {
  expect(seasonAt(day('2010-12-25'))).toBe('christmas')
  expect(seasonAt(day('2010-12-26'))).toBe('new-year')
  expect(seasonAt(day('2011-01-01'))).toBeUndefined()
  expect(seasonAt(day('2011-04-03'))).toBeUndefined()
  expect(seasonAt(day('2011-04-04'))).toBe('easter')
  expect(seasonAt(day('2011-04-25'))).toBeUndefined()
})

describe('contextValue', () => {
  const monday = day('2011-05-02T13:30:00Z')
  it('hour and weekday are read in UTC', () => {
    expect(contextValue('hour', monday, NO_CONTEXT)).toBe('12-16')
    expect(contextValue('weekday', monday, NO_CONTEXT)).toBe('monday')
    expect(contextValue('weather', monday, NO_CONTEXT)).toBeUndefined()
  })
  it('the shop’s holiday replaces the calendar’s, and an empty value means that there is no holiday', () => {
    const christmas = day('2010-12-20')
    const saying = (holiday: string) => ({ ...NO_CONTEXT, at: () => ({ holiday }) })
    expect(contextValue('holiday', christmas, NO_CONTEXT)).toBe('christmas')
    expect(contextValue('holiday', christmas, saying('yule'))).toBe('yule')
    expect(contextValue('holiday', christmas, saying(''))).toBeUndefined()
    expect(contextValue('constructor', christmas, NO_CONTEXT)).toBeUndefined()
  })
})

test('a context’s value holds until the next value of the same name; of two values at the same time the later entry counts', () => {
  const at = contextOver([
    { time: 20, name: 'weather', value: 'sun' },
    { time: 10, name: 'weather', value: 'rain' },
    { time: 10, name: 'promotion', value: 'sale' },
    { time: 15, name: 'promotion', value: '' },
    { time: 20, name: 'weather', value: 'fog' },
  ])
  expect(at(9)).toEqual({})
  expect(at(10)).toEqual({ weather: 'rain', promotion: 'sale' })
  expect(at(19)).toEqual({ weather: 'rain', promotion: '' })
  expect(at(1e9)).toEqual({ weather: 'fog', promotion: '' })
})

test('readShopContext accepts valid names with texts as values, and refuses the rest', () => {
  expect(readShopContext(undefined)).toEqual({})
  expect(readShopContext({ weather: 'rain', holiday: undefined })).toEqual({ weather: 'rain' })
  expect(readShopContext(['rain'])).toBe('it is not an object')
  expect(readShopContext({ weather: 7 })).toMatch(/'weather' is not a text/)
  expect(readShopContext({ weather: 'a\nb' })).toMatch(/'weather' is not a text/)
  expect(readShopContext({ __proto__x: 'a' })).toMatch(/can't name a context/)
  expect(contextFault('hour', '9')).toMatch(/clock/)
  const many = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`n${i}`, 'x']))
  expect(readShopContext(many)).toMatch(/more than 8/)
})
