import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { testFolder } from '@nearside/core/testFolder.ts'
import { quote, SqlEngine } from '@nearside/train/import/engine.ts'
import { describe, expect, test } from 'vitest'
import { brief, type Files, imported } from '../testImport.ts'

describe('import of GA4’s export to BigQuery', () => {
  const param = (key: string, value: Readonly<Record<string, string | number>>) => ({
    key,
    value: { string_value: null, int_value: null, float_value: null, double_value: null, ...value },
  })
  const item = (item_id: string, price: number) => ({
    item_id,
    item_name: `Item ${item_id}`,
    item_brand: 'House brand',
    item_variant: '(not set)',
    item_category: 'Home',
    item_category2: item_id === 'a' ? 'Kitchen' : '(not set)',
    price,
    quantity: 1,
  })
  const event = (event_name: string, second: number, items: unknown[], more: object = {}) => ({
    event_date: '20240501',
    event_timestamp: `${1714557600000000 + second * 1_000_000}`,
    event_name,
    event_params: [
      param('ga_session_id', { int_value: '77' }),
      param('engagement_time_msec', { int_value: '1500' }),
      ...(event_name === 'view_search_results'
        ? [param('search_term', { string_value: 'tea' })]
        : []),
    ],
    user_id: null,
    user_pseudo_id: 'GA1.1',
    ecommerce: { transaction_id: event_name === 'purchase' ? '1001' : '(not set)' },
    items,
    ...more,
  })
  const EVENTS = [
    event('page_view', 0, []),
    event('view_search_results', 1, []),
    event('view_item', 2, [item('a', 5)]),
    event('add_to_cart', 3, [item('a', 5), item('b', 7)]),
    event('purchase', 4, [item('a', 5), item('b', 7)], { user_id: 'u9' }),
  ]
  const ORDERS =
    'order,email,sku,time,name\n#1001,ann@example.org,a,2024-05-01 10:00:04,Item a\n#1001,ann@example.org,b,2024-05-01 10:00:04,Item b\n'

  const check = async (clicks: Files) => {
    const { report, items, events } = await imported({
      'orders.csv': ORDERS.replace('order,', 'order number,'),
      ...clicks,
    })
    expect(report.logs[1]).toMatchObject({
      layout: 'GA4 export',
      kept: 4,
      dropped: { 'other event': 1, 'purchase that the order file also has': 2 },
    })
    expect(brief(events, 'shopper', 'event', 'item', 'session', 'query')).toEqual([
      'ann@example.org purchase a #1001 ',
      'ann@example.org purchase b #1001 ',
      'ann@example.org search  77 tea',
      'ann@example.org view_item a 77 ',
      'ann@example.org add_to_cart a 77 ',
      'ann@example.org add_to_cart b 77 ',
    ])
    expect(items).toMatchObject([
      { id: 'a', title: 'Item a', brand: 'House brand', category: 'Kitchen', price: 5 },
      { id: 'b', title: 'Item b', brand: 'House brand', category: 'Home', price: 7 },
    ])
  }

  test('import of GA4 reads JSON lines, and takes brand and category from the events', () =>
    check({ 'clicks.jsonl': EVENTS.map((one) => JSON.stringify(one)).join('\n') }))

  test('in GA4’s export, a refund removes the items that it names, or the whole order', async () => {
    const purchase = (transaction_id: string, ids: string[], name = 'purchase') =>
      event(
        name,
        Number(transaction_id),
        ids.map((id) => item(id, 5)),
        { ecommerce: { transaction_id } },
      )
    const log = [
      purchase('1', ['a', 'b']),
      purchase('2', ['a', 'b']),
      purchase('3', ['a']),
      purchase('1', ['a'], 'refund'),
      purchase('2', [], 'refund'),
    ]
    const { report, events } = await imported({
      'orders.jsonl': log.map((one) => JSON.stringify(one)).join('\n'),
    })
    expect(report.logs[0].dropped).toEqual({ 'cancelled or refunded order': 3, refund: 2 })
    expect(brief(events, 'item')).toEqual(['b', 'a'])
  })

  test('import of GA4 reads Parquet', async () => {
    const folder = testFolder()
    const path = join(folder, 'clicks.parquet')
    await writeFile(join(folder, 'made.json'), JSON.stringify(EVENTS))
    await SqlEngine.use((engine) =>
      engine.run(`COPY (SELECT * REPLACE (event_timestamp::BIGINT AS event_timestamp)
        FROM read_json_auto(${quote(join(folder, 'made.json'))})) TO ${quote(path)} (FORMAT parquet)`),
    )
    await check({ 'clicks.parquet': await readFile(path) })
  })
})
