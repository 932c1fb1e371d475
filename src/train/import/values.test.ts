import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { quote, SqlEngine } from './engine.ts'

async function apply(
  call: string,
  texts: readonly string[],
  { order = 'dmy', zone = 'UTC' } = {},
): Promise<unknown[]> {
  return SqlEngine.use(async (engine) => {
    await engine.run(`SET TimeZone = ${quote(zone)}`)
    await engine.set({ date_order: order })
    const list = texts.map((text) => quote(text)).join(', ')
    const rows = await engine.rows(
      `SELECT ${call} AS value FROM (SELECT unnest([${list}]) AS text)`,
    )
    return rows.map(({ value }) => value)
  })
}

async function check(call: string, cases: readonly (readonly [string, unknown])[], given = {}) {
  const texts = cases.map(([text]) => text)
  const values = await apply(call, texts, given)
  expect(texts.map((text, k) => [text, values[k]])).toEqual(cases)
}

describe('an amount', () => {
  test('an amount is read in every usual notation', () =>
    check('amount(text)', [
      ['2.55', 2.55],
      ['£1,234.50', 1234.5],
      ['1.234,50 €', 1234.5],
      ['2,55', 2.55],
      ['1,234', 1234],
      ['1,234,567', 1234567],
      ["1'234.50 CHF", 1234.5],
      ['GBP 3', 3],
      ['3 EUR', 3],
      ['12.50 kr', 12.5],
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
    ]))

  test('in a column with decimal commas, the points of an amount separate thousands', () =>
    check('amount(text, true)', [
      ['1.234', 1234],
      ['0,125', 0.125],
      ['1.234,5', 1234.5],
      ['7', 7],
      ['1.23', null],
    ]))

  test('an amount is read from any finite number as JavaScript writes it', async () => {
    const numbers = fc.sample(fc.double({ noNaN: true, noDefaultInfinity: true }), 500)
    const texts = numbers.map(String)
    expect(await apply('amount(text)', texts)).toEqual(texts.map(Number))
  })
})

describe('a time', () => {
  const iso = `strftime(make_timestamp_ms(instant(text)), '%Y-%m-%dT%H:%M:%S.%gZ')
    || CASE WHEN is_day(text) THEN ' day' ELSE '' END`

  test('a time is read in every form that exports use', () =>
    check(iso, [
      ['2011-09-01', '2011-09-01T00:00:00.000Z day'],
      ['2011-09-01 08:26:00', '2011-09-01T08:26:00.000Z'],
      ['2011/09/01 08:26', '2011-09-01T08:26:00.000Z'],
      ['2011-09-01T08:26:00.250+02:00', '2011-09-01T06:26:00.250Z'],
      ['2011-09-01T08:26Z', '2011-09-01T08:26:00.000Z'],
      ['2011-09-01T08:26+0200', '2011-09-01T06:26:00.000Z'],
      ['2020-01-01 10:00:00 -0500', '2020-01-01T15:00:00.000Z'],
      ['2011-09-01 08:26:00 UTC', '2011-09-01T08:26:00.000Z'],
      ['20110901', '2011-09-01T00:00:00.000Z day'],
      ['1314865560', '2011-09-01T08:26:00.000Z'],
      ['1314865560000', '2011-09-01T08:26:00.000Z'],
      ['1314865560000000', '2011-09-01T08:26:00.000Z'],
      ['Thu, 01 Sep 2011 08:26:00 +0200', '2011-09-01T06:26:00.000Z'],
      ['1 Sep 2011 08:26 GMT', '2011-09-01T08:26:00.000Z'],
      ['Sep 1, 2011', '2011-09-01T00:00:00.000Z day'],
      ['40787', '2011-09-01T00:00:00.000Z day'],
      ['40787.351388889', '2011-09-01T08:26:00.000Z'],
      ['40787,351388889', '2011-09-01T08:26:00.000Z'],
      ['2011-02-29', null],
      ['2011-13-01', null],
      ['2011-09-01 24:00', null],
      ['2011-09-01 24:00:00', null],
      ['yesterday', null],
      ['', null],
    ]))

  test('a date is read with day and month in the given order', async () => {
    const american: (readonly [string, string | null])[] = [
      ['12/1/2010 8:26', '2010-12-01T08:26:00.000Z'],
      ['12/1/2010 12:05 AM', '2010-12-01T00:05:00.000Z'],
      ['12/1/2010 1:05 pm', '2010-12-01T13:05:00.000Z'],
      ['13/1/2010', null],
    ]
    await check(iso, american, { order: 'mdy' })
    await check(iso, [
      ['1.12.2010 8:26', '2010-12-01T08:26:00.000Z'],
      ['31.12.10', '2010-12-31T00:00:00.000Z day'],
    ])
  })

  test('a time without a zone is read in the shop’s zone, across both clock changes', async () => {
    const london: (readonly [string, string])[] = [
      ['2011-01-01 08:26:00', '2011-01-01T08:26:00.000Z'],
      ['2011-07-01 08:26:00', '2011-07-01T07:26:00.000Z'],
      ['2011-03-27 00:59:00', '2011-03-27T00:59:00.000Z'],
      ['2011-03-27 02:01:00', '2011-03-27T01:01:00.000Z'],
      ['2011-10-30 00:30:00', '2011-10-29T23:30:00.000Z'],
      ['2011-10-30 02:30:00', '2011-10-30T02:30:00.000Z'],
      ['2011-07-01', '2011-07-01T00:00:00.000Z day'],
      ['2011-07-01T08:26:00Z', '2011-07-01T08:26:00.000Z'],
    ]
    await check(iso, london, { zone: 'Europe/London' })
    await check(iso, [['1.7.2011 05:30', '2011-07-01T00:00:00.000Z']], { zone: 'Asia/Kolkata' })
  })
})

describe('a cell of products', () => {
  test('a cell of several products is split into order lines', async () => {
    const [counted, named] = await apply('CAST(order_lines(text) AS JSON)', [
      '2× Mug, large, 1× Tea pot',
      'name:Mug|sku:MG|quantity:2|total:15.00;name:Tea|product_id:7|quantity:1|total:3',
    ])
    expect(JSON.parse(String(counted))).toEqual([
      { item: 'Mug, large', title: 'Mug, large', quantity: '2', price: '' },
      { item: 'Tea pot', title: 'Tea pot', quantity: '1', price: '' },
    ])
    expect(JSON.parse(String(named))).toEqual([
      { item: 'MG', title: 'Mug', quantity: '2', price: '7.5' },
      { item: '7', title: 'Tea', quantity: '1', price: '3' },
    ])
  })
})
