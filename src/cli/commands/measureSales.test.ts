import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRandom } from '@nearside/core/model/random.ts'
import { testFolder } from '@nearside/core/testFolder.ts'
import { DAY } from '@nearside/core/time.ts'
import type { MeasuredSales } from '@nearside/evaluate/sales/measureSales.ts'
import { formatDay } from '@nearside/train/shop/time.ts'
import { describe, expect, test } from 'vitest'
import { type Flags, runCommand } from '../testCommand.ts'
import { command } from './measure.ts'

async function measure(texts: readonly string[], flags: Flags = {}) {
  const folder = testFolder()
  const positionals = texts.map((text, k) => {
    const file = join(folder, k === 0 ? 'orders.csv' : 'visitors.csv')
    writeFileSync(file, text)
    return file
  })
  const { result, printed } = await runCommand(command, { flags, positionals })
  return { result: result as MeasuredSales, text: printed.join('\n') }
}

const START = Date.UTC(2026, 9, 1)
const dayOf = (day: number) => formatDay(START + day * DAY)

/**
 * Orders of 30 days with 1,500 visitors each. A third of the visitors are held out, and 2 % of these order. Of the other
 * visitors, `lift` times 2 % order.
 */
function trial(lift: number) {
  const random = createRandom(4)
  const orders = ['order_id,created_at,nearside_arm,total,currency,customer,department,refund']
  const visitors = ['date,nearside_arm,visitors,empty_stores']
  for (let day = 0; day < 30; day++) {
    visitors.push(`${dayOf(day)},personal,1000,300`, `${dayOf(day)},hold-out,500,150`)
    for (let v = 0; v < 1500; v++) {
      const arm = v < 1000 ? 'personal' : 'hold-out'
      if (random.next() > 0.02 * (arm === 'personal' ? lift : 1)) continue
      const total = (30 * Math.exp(0.5 * random.normal())).toFixed(2)
      const department = random.next() < 0.5 ? 'Kitchen' : 'Garden'
      orders.push(
        `${day}-${v},${dayOf(day)} 12:00:00,${arm},${total},GBP,c${day}-${v},${department},0`,
      )
    }
    orders.push(`${day}-none,${dayOf(day)},,20.00,GBP,x${day},Garden,0`)
  }
  return [orders.join('\n'), visitors.join('\n')] as const
}

test('measure finds a planted lift in orders and revenue, reports each department, and writes HTML and JSON', async () => {
  const html = join(testFolder(), 'measure.html')
  const json = join(testFolder(), 'measure.json')
  const { result, text } = await measure(trial(1.6), { html, json })
  const metric = (name: string) => result.metrics.find((one) => one.metric === name)
  expect(metric('orders')?.proven?.is).toBe('higher')
  expect(metric('revenue')?.proven?.is).toBe('higher')
  expect(metric('refunds')?.proven).toBeNull()
  expect(metric('orders')?.lo).toBeGreaterThan(1)
  expect(metric('orders')?.lo).toBeLessThan(1.6)
  expect(result.arms.personal.visitors).toBe(30_000)
  expect(result.emptyStores).toBeCloseTo(0.3, 6)
  expect(result).toMatchObject({ without: 30, repeated: 0, inBothArms: 0, hasCustomers: true })
  expect(result.departments.map(({ name }) => name).sort()).toEqual(['Garden', 'Kitchen'])
  expect(result.answer.light).toBe('green')
  expect(text).toContain(result.answer.answer)
  expect(text).not.toMatch(/NaN|undefined|Infinity/)
  expect(readFileSync(html, 'utf8')).toContain('<table')
  expect(JSON.parse(readFileSync(json, 'utf8'))).toEqual(JSON.parse(JSON.stringify(result)))
}, 60_000)

test('for equal arms, measure shows an amber light and how long a trial must last; for a planted loss, a red light', async () => {
  const same = await measure(trial(1))
  expect(same.result.answer.light).toBe('amber')
  expect(same.result.plan.trials).toHaveLength(4)
  expect((await measure(trial(0.5))).result.answer.light).toBe('red')
}, 60_000)

const VISITORS = `date,nearside_arm,visitors
2026-10-01,personal,900
2026-10-01,hold-out,100`

test('more refunds count as harm only if refunds per order rise', async () => {
  const refunded = (orders: string, share: number) => {
    const random = createRandom(8)
    const part = (arm: string) => (arm === 'personal' ? share : 0.2)
    return orders.replaceAll(/,(personal|hold-out),([\d.]+),(.*),0$/gm, (_, arm, total, rest) => {
      const refund = random.next() < part(arm) ? total : '0'
      return `,${arm},${total},${rest},${refund}`
    })
  }
  const [orders, visitors] = trial(1.8)
  const provenWith = async (share: number) => {
    const { result } = await measure([refunded(orders, share), visitors])
    return { refunds: result.metrics.find(({ metric }) => metric === 'refunds')?.proven, result }
  }
  const equal = await provenWith(0.2)
  expect(equal.refunds).toBeNull()
  expect(equal.result.answer.light).toBe('green')
  const more = await provenWith(0.8)
  expect(more.refunds?.is).toBe('higher')
  expect(more.result.answer.light).toBe('red')
}, 60_000)

test('measure reads Shopify’s export: totals in the first row, the arm among the note’s attributes', async () => {
  const shopify = `Name,Created at,Currency,Total,Refunded Amount,Lineitem quantity,Lineitem price,Note Attributes,Email
#1,2026-10-01 10:00:00 +0200,EUR,30.00,5.00,2,10.00,"gift: yes
nearside_arm: personal",ann@example.com
#1,,,,,1,10.00,,
#2,2026-10-01 11:00:00 +0200,EUR,12.50,0.00,1,12.50,nearside_arm: hold-out,bob@example.com
#3,2026-10-01 12:00:00 +0200,EUR,9.00,0.00,1,9.00,gift: no,cid@example.com
#4,2026-10-01 13:00:00 +0200,EUR,7.00,0.00,1,7.00,nearside_arm: personal,ann@example.com`
  const { result } = await measure([shopify, VISITORS])
  expect(result).toMatchObject({ currency: 'EUR', without: 1, repeated: 1 })
  expect(result.arms.personal).toMatchObject({ orders: 2, revenue: 37, refunds: 5 })
  expect(result.arms['hold-out']).toMatchObject({ orders: 1, revenue: 12.5, margin: null })
})

test('measure reads the arm from an order’s metadata (`meta:nearside_arm`), and counts orders that cost nothing', async () => {
  const orders = `order_id,date_created,total,attributes,meta:nearside_arm
1,2026-10-01,0,gift: yes,personal
2,2026-10-01,0,gift: no,hold-out`
  const { result, text } = await measure([orders, VISITORS])
  expect(result.arms.personal.orders).toBe(1)
  expect(result.arms['hold-out'].orders).toBe(1)
  expect(text).not.toMatch(/NaN|undefined|Infinity/)
})

test('measure adds up the lines of orders without a total', async () => {
  const lines = `order,date,arm,line_total,department,margin
1,2026-10-01,personal,4,Garden,1
1,2026-10-01,personal,4,Kitchen,1
2,2026-10-01,hold-out,6,Garden,-1`
  const { result } = await measure([lines, VISITORS])
  expect(result.arms.personal).toMatchObject({ orders: 1, revenue: 8, margin: 2 })
  expect(result.arms['hold-out'].margin).toBe(-1)
})

test('measure plans a trial from orders that name no arm', async () => {
  const [orders] = trial(1)
  const bare = orders
    .replace(',nearside_arm', '')
    .replace(/,(personal|hold-out|)(?=,\d+\.\d\d,)/g, '')
  const { result, text } = await measure([bare])
  const { plan } = result
  expect(plan.trials).toHaveLength(16)
  const days = (share: number, lift: number) =>
    plan.trials.find((one) => one.share === share && one.lift === lift)?.days.orders ?? 0
  expect(days(0.1, 0.05)).toBeGreaterThan(days(0.1, 0.1))
  expect(days(0.05, 0.1)).toBeGreaterThan(days(0.5, 0.1))
  expect(text).toContain('hold-out')
  // The report names no number of days beyond ten years, because such a number means nothing to a reader.
  expect(text).not.toMatch(/\d\d,\d{3} days/)
})

test('a plan counts only the first order of each named customer', async () => {
  const rows = ['ann', 'ann', 'ann', 'bob'].map(
    (name, k) => `${k},2026-10-0${k + 1},5.00,EUR,${name}`,
  )
  const orders = `order,date,total,currency,customer\n${rows.join('\n')}`
  const { result } = await measure([orders])
  expect(result.plan.ordersADay).toBe(0.5)
})

describe('refuses', () => {
  const order = (line: string) => `order,date,arm,total,currency\n${line}`
  const good = '1,2026-10-01,personal,5.00,EUR\n2,2026-10-01,hold-out,5.00,EUR'
  test.each([
    ['an unknown arm', order(`${good}\n3,2026-10-01,B,5.00,EUR`), /line 4: unknown arm 'b'/],
    ['an interleaved arm', order(`${good}\n3,2026-10-01,interleaved,5.00,EUR`), /unknown arm/],
    ['a second currency', order(`${good}\n3,2026-10-01,personal,5.00,GBP`), /EUR and GBP/],
    ['an amount with a symbol', order(`${good}\n3,2026-10-01,personal,€5,EUR`), /line 4.*amount/],
    ['a decimal comma', order(`${good}\n3,2026-10-01,personal,"5,00",EUR`), /line 4.*amount/],
    ['a date of another form', order(`${good}\n3,1/10/2026,personal,5.00,EUR`), /line 4.*date/],
    ['a day that does not exist', order(`${good}\n3,2026-02-30,personal,5.00,EUR`), /date/],
    ['a negative total', order(`${good}\n3,2026-10-01,personal,-5.00,EUR`), /negative/],
    ['an order without a number', order(`${good}\n,2026-10-01,personal,5.00,EUR`), /number/],
    ['contradicting totals', order(`${good}\n1,2026-10-01,personal,6.00,EUR`), /line_total/],
    ['a day without visitors', order(`${good}\n3,2026-10-02,personal,5.00,EUR`), /2026-10-02/],
    ['orders without arms', order('1,2026-10-01,,5.00,EUR'), /no order carries an arm/],
    ['no order number at all', 'date,arm,total\n2026-10-01,personal,5.00', /order_id/],
  ])('measure refuses %s', async (_, orders, message) => {
    await expect(measure([orders, VISITORS])).rejects.toThrow(message)
  })

  test.each([
    ['one arm only', 'date,arm,visitors\n2026-10-01,personal,900', /both arms/],
    ['an unknown arm', `${VISITORS}\n2026-10-01,C,5`, /unknown arm/],
    ['a part of a visitor', `${VISITORS}\n2026-10-01,personal,1.5`, /whole number/],
    ['no counts', 'date,arm\n2026-10-01,personal', /visitors/],
  ])('measure refuses visitors with %s', async (_, visitors, message) => {
    await expect(measure([order(good), visitors])).rejects.toThrow(message)
  })

  test('measure refuses orders that name a trial’s arms if the table of visitors is missing', async () => {
    await expect(measure([order(good)])).rejects.toThrow(/table of visitors/)
  })
})
