import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createDateParser, guessDateOrder } from './date.ts'
import { flattenRecord } from './json.ts'
import { parseAmount } from './number.ts'

describe('parseAmount', () => {
  test.each([
    ['2.55', 2.55],
    ['£1,234.50', 1234.5],
    ['1.234,50 €', 1234.5],
    ['2,55', 2.55],
    ['1,234', 1234],
    ['1,234,567', 1234567],
    ['GBP 3', 3],
    ['3 EUR', 3],
    ['-6', -6],
    ['(6)', -6],
    ['1e3', 1000],
    ['.5', 0.5],
    ['', null],
    ['free', null],
    ['1.2.3', null],
    ['1,23,456', null],
    ['Infinity', null],
    ['0x10', null],
  ])('%j is %s', (text, expected) => {
    expect(parseAmount(text)).toBe(expected)
  })

  test('reads every finite number as JavaScript writes it', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(parseAmount(String(value))).toBe(Number(String(value)))
      }),
    )
  })
})

describe('createDateParser', () => {
  const utc = createDateParser({})
  const iso = (text: string, parse = utc) => {
    const parsed = parse(text)
    return parsed && `${new Date(parsed.time).toISOString()}${parsed.dayOnly ? ' day' : ''}`
  }

  test.each([
    ['2011-09-01', '2011-09-01T00:00:00.000Z day'],
    ['2011-09-01 08:26:00', '2011-09-01T08:26:00.000Z'],
    ['2011/09/01 08:26', '2011-09-01T08:26:00.000Z'],
    ['2011-09-01T08:26:00.250+02:00', '2011-09-01T06:26:00.250Z'],
    ['2020-01-01 10:00:00 -0500', '2020-01-01T15:00:00.000Z'],
    ['2011-09-01 08:26:00 UTC', '2011-09-01T08:26:00.000Z'],
    ['20110901', '2011-09-01T00:00:00.000Z day'],
    ['1314865560', '2011-09-01T08:26:00.000Z'],
    ['1314865560000', '2011-09-01T08:26:00.000Z'],
    ['1314865560000000', '2011-09-01T08:26:00.000Z'],
    ['2011-02-29', null],
    ['2011-13-01', null],
    ['2011-09-01 24:00', null],
    ['1/12/2010 8:26', null],
    ['yesterday', null],
    ['', null],
  ])('%j is %s', (text, expected) => {
    expect(iso(text)).toBe(expected)
  })

  test('reads day and month in the order given', () => {
    const mdy = createDateParser({ order: 'mdy' })
    const dmy = createDateParser({ order: 'dmy' })
    expect(iso('12/1/2010 8:26', mdy)).toBe('2010-12-01T08:26:00.000Z')
    expect(iso('1.12.2010 8:26', dmy)).toBe('2010-12-01T08:26:00.000Z')
    expect(iso('12/1/2010 12:05 AM', mdy)).toBe('2010-12-01T00:05:00.000Z')
    expect(iso('12/1/2010 1:05 pm', mdy)).toBe('2010-12-01T13:05:00.000Z')
    expect(iso('13/1/2010', mdy)).toBeNull()
  })

  test('guesses the order, and asks where the dates leave it open', () => {
    expect(guessDateOrder(['2011-01-01'])).toBeUndefined()
    expect(guessDateOrder(['1/2/2011', '1/13/2011'])).toBe('mdy')
    expect(guessDateOrder(['1/2/2011', '13/1/2011'])).toBe('dmy')
    expect(() => guessDateOrder(['1/2/2011'])).toThrow('--date-order')
    expect(() => guessDateOrder(['13/2/2011', '2/13/2011'])).toThrow('--date-order')
  })

  test('takes wall-clock times from the zone of the shop, over both clock changes', () => {
    const london = createDateParser({ timeZone: 'Europe/London' })
    expect(iso('2011-01-01 08:26:00', london)).toBe('2011-01-01T08:26:00.000Z')
    expect(iso('2011-07-01 08:26:00', london)).toBe('2011-07-01T07:26:00.000Z')
    expect(iso('2011-03-27 00:59:00', london)).toBe('2011-03-27T00:59:00.000Z')
    expect(iso('2011-03-27 02:01:00', london)).toBe('2011-03-27T01:01:00.000Z')
    expect(iso('2011-10-30 00:30:00', london)).toBe('2011-10-29T23:30:00.000Z')
    expect(iso('2011-10-30 02:30:00', london)).toBe('2011-10-30T02:30:00.000Z')
    expect(iso('2011-07-01', london)).toBe('2011-07-01T00:00:00.000Z day')
    expect(iso('2011-07-01T08:26:00Z', london)).toBe('2011-07-01T08:26:00.000Z')
    const kolkata = createDateParser({ timeZone: 'Asia/Kolkata' })
    expect(iso('2011-07-01 05:30:00', kolkata)).toBe('2011-07-01T00:00:00.000Z')
    expect(() => createDateParser({ timeZone: 'Europe/Nowhere' })).toThrow('is not a time zone')
  })
})

describe('flattenRecord', () => {
  const flat = (value: unknown) =>
    flattenRecord(JSON.stringify(value)).map((record) => record && Object.fromEntries(record))

  test('a GA4 event becomes one record an item', () => {
    expect(
      flat({
        event_name: 'purchase',
        event_timestamp: 1314865560000000,
        event_params: [
          { key: 'ga_session_id', value: { int_value: 7 } },
          { key: 'event_name', value: { string_value: 'other' } },
        ],
        ecommerce: { transaction_id: 'T1' },
        items: [{ item_id: 'a', price: 2 }, { item_id: 'b' }],
      }),
    ).toEqual(
      [{ item_id: 'a', price: '2' }, { item_id: 'b' }].map((item) => ({
        event_name: 'purchase',
        event_timestamp: '1314865560000000',
        ga_session_id: '7',
        'ecommerce.transaction_id': 'T1',
        ...item,
      })),
    )
  })

  test('what is no object is no record', () => {
    expect(flattenRecord('{"a":')).toEqual([null])
    expect(flattenRecord('[1]')).toEqual([null])
    expect(flattenRecord('null')).toEqual([null])
  })
})
