import { describe, expect, test } from 'vitest'
import { brief, imported } from '../testImport.ts'

const CATALOG = 'sku,title\nMG-1,Red mug\nTP-2,Tea pot\nSP-3,Spoon\n'
const lines = (records: readonly object[]) => records.map((one) => JSON.stringify(one)).join('\n')

describe('import of Matomo’s Live.getLastVisitsDetails', () => {
  const action = (more: object) => ({
    type: 'action',
    url: 'https://shop.example/p',
    pageTitle: 'Shop',
    idpageview: 'x1y2z3',
    serverTimePretty: 'May 1, 2024 10:00:00',
    timeSpent: '12',
    icon: null,
    timestamp: 1714557600,
    ...more,
  })
  const line = (itemSKU: string, itemName: string, price: number, quantity: number) => ({
    itemSKU,
    itemName,
    itemCategory: 'Kitchen',
    price,
    quantity,
    categories: ['Kitchen', 'Sale'],
  })
  const visit = (idVisit: number, more: object) => ({
    idSite: '1',
    idVisit: `${idVisit}`,
    visitorId: '61e8cc2d51fea26d',
    userId: null,
    fingerprint: '9f8e7d6c5b4a3921',
    siteCurrency: 'EUR',
    serverDate: '2024-05-01',
    serverTimestamp: 1714557600,
    ...more,
  })
  const VISITS = [
    visit(7, {
      actionDetails: [
        action({}),
        action({ type: 'search', siteSearchKeyword: 'tea', siteSearchCount: '2' }),
        action({
          productViewName: 'Red mug',
          productViewSku: 'MG-1',
          productViewPrice: 4.9,
          productViewCategories: ['Kitchen'],
          timestamp: 1714557660,
        }),
        action({ type: 'event', eventCategory: 'menu', eventAction: 'open' }),
        {
          type: 'ecommerceAbandonedCart',
          revenue: 19.9,
          items: '1',
          itemDetails: [line('TP-2', 'Tea pot', 19.9, 1)],
          timestamp: 1714557700,
        },
      ],
    }),
    visit(8, {
      userId: 'ann@example.org',
      actionDetails: [
        {
          type: 'ecommerceOrder',
          orderId: '1001',
          revenue: 34.6,
          revenueShipping: 4.9,
          items: '4',
          itemDetails: [line('MG-1', 'Red mug', 4.9, 2), line('TP-2', 'Tea pot', 19.9, 1)],
          timestamp: 1714644000,
        },
      ],
    }),
    visit(9, { visitorId: '0a0b0c0d0e0f0001', actionDetails: [] }),
  ]

  test('import of Matomo reads actions and order lines, each line with its own price and quantity', async () => {
    const { report, items, events } = await imported({
      'orders.json': JSON.stringify(VISITS),
      'catalog.csv': CATALOG,
    })
    expect(report.logs[0]).toMatchObject({
      layout: 'Matomo visits',
      kept: 5,
      dropped: { 'no item': 1, 'other event': 2 },
    })
    expect(brief(events, 'shopper', 'event', 'item', 'time', 'quantity', 'price', 'query')).toEqual(
      [
        'ann@example.org search  2024-05-01T10:00:00Z   tea',
        'ann@example.org view_item MG-1 2024-05-01T10:01:00Z  4.9 ',
        'ann@example.org add_to_cart TP-2 2024-05-01T10:01:40Z 1 19.9 ',
        'ann@example.org purchase MG-1 2024-05-02T10:00:00Z 2 4.9 ',
        'ann@example.org purchase TP-2 2024-05-02T10:00:00Z 1 19.9 ',
      ],
    )
    expect(items).toMatchObject([
      { id: 'MG-1', title: 'Red mug', category: 'Kitchen' },
      { id: 'TP-2', category: 'Kitchen' },
      { id: 'SP-3' },
    ])
  })
})

describe('import of Snowplow events', () => {
  const ecommerce = 'com_snowplowanalytics_snowplow_ecommerce'
  const product = (id: string, price: number, quantity: number | null = null) => ({
    id,
    name: `Product ${id}`,
    category: 'Kitchen/Mugs',
    price,
    currency: 'EUR',
    quantity,
    brand: 'House brand',
    inventory_status: 'in_stock',
  })
  const event = (id: string, event_name: string, more: object = {}) => ({
    app_id: 'shop',
    platform: 'web',
    etl_tstamp: '2024-05-01 10:00:09.000',
    collector_tstamp: '2024-05-01 10:00:05.123',
    derived_tstamp: '2024-05-01 10:00:04.123',
    event: event_name.startsWith('page') ? event_name : 'unstruct',
    event_id: id,
    event_name,
    user_id: null,
    domain_userid: 'd-1',
    network_userid: 'n-1',
    domain_sessionid: 's-1',
    name_tracker: 'sp1',
    tr_orderid: null,
    ti_sku: null,
    ...more,
  })
  const commerce = (
    id: string,
    type: string,
    products: object[],
    more: object = {},
    version = '1',
  ) =>
    event(id, 'snowplow_ecommerce_action', {
      [`unstruct_event_${ecommerce}_snowplow_ecommerce_action_${version}`]: { type, name: null },
      [`contexts_${ecommerce}_product_1`]: products,
      ...more,
    })
  const transaction = (id: string) => ({
    [`contexts_${ecommerce}_transaction_1`]: [
      { transaction_id: id, revenue: 29.7, currency: 'EUR', payment_method: 'card' },
    ],
  })
  const bought = commerce(
    'e5',
    'transaction',
    [product('MG-1', 4.9, 2), product('TP-2', 19.9, 1)],
    {
      user_id: 'ann@example.org',
      ...transaction('1001'),
    },
  )
  const EVENTS = [
    event('e1', 'page_view'),
    event('e2', 'site_search', {
      unstruct_event_com_snowplowanalytics_snowplow_site_search_1: { terms: ['tea', 'pot'] },
    }),
    commerce('e3', 'product_view', [product('MG-1', 4.9)], {}, '1_0_2'),
    commerce('e4', 'add_to_cart', [product('MG-1', 4.9, 2)]),
    bought,
    // The export has this event twice, as Snowplow writes it if its enrichment runs again.
    { ...bought, etl_tstamp: '2024-05-02 01:00:00.000' },
    commerce('e6', 'list_view', []),
    event('e7', 'page_ping'),
  ]
  const expected = [
    'ann@example.org search  s-1   tea pot',
    'ann@example.org view_item MG-1 s-1  4.9 ',
    'ann@example.org add_to_cart MG-1 s-1 2 4.9 ',
    'ann@example.org purchase MG-1 s-1 2 4.9 ',
    'ann@example.org purchase TP-2 s-1 1 19.9 ',
  ]
  const columns = ['shopper', 'event', 'item', 'session', 'quantity', 'price', 'query'] as const

  test('import of Snowplow reads events of the ecommerce plugin, and counts a repeated event once', async () => {
    const { report, items, events } = await imported({
      'orders.jsonl': lines(EVENTS),
      'catalog.csv': CATALOG,
    })
    expect(report.logs[0]).toMatchObject({
      layout: 'Snowplow events',
      kept: 5,
      dropped: { 'other event': 2, 'exact duplicate': 2, 'no item': 1 },
    })
    expect(brief(events, ...columns).sort()).toEqual([...expected].sort())
    expect(events[0].time).toBe('2024-05-01T10:00:04.123Z')
    expect(items[0]).toMatchObject({ id: 'MG-1', brand: 'House brand' })
  })

  test('import of Snowplow reads column names in capitals, as Snowflake exports them', async () => {
    const loud = (record: object) =>
      Object.fromEntries(Object.entries(record).map(([key, value]) => [key.toUpperCase(), value]))
    const { events } = await imported({
      'orders.jsonl': lines(EVENTS.map(loud)),
      'catalog.csv': CATALOG,
    })
    expect(brief(events, ...columns).sort()).toEqual([...expected].sort())
  })

  test('in Snowplow’s events, a refund removes the refunded line of its order', async () => {
    const refund = commerce('e9', 'refund', [product('MG-1', 4.9, 2)], {
      [`contexts_${ecommerce}_refund_1`]: [{ transaction_id: '1001', refund_amount: 9.8 }],
    })
    const { events } = await imported({
      'orders.jsonl': lines([bought, refund]),
      'catalog.csv': CATALOG,
    })
    expect(brief(events, 'item')).toEqual(['TP-2'])
  })

  test('import of Snowplow reads each line of the older plugin’s transactions as one purchase', async () => {
    const old = [
      event('o1', 'transaction', { tr_orderid: '77', tr_total: 12.3 }),
      event('o2', 'transaction_item', {
        ti_orderid: '77',
        ti_sku: 'SP-3',
        ti_name: 'Spoon',
        ti_category: 'Cutlery',
        ti_price: 4.1,
        ti_quantity: 3,
      }),
    ]
    const { events } = await imported({ 'orders.jsonl': lines(old), 'catalog.csv': CATALOG })
    expect(brief(events, 'shopper', 'event', 'item', 'quantity', 'price')).toEqual([
      'd-1 purchase SP-3 3 4.1',
    ])
  })
})
