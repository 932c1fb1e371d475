import { describe, expect, test } from 'vitest'
import { brief, imported, table } from '../testImport.ts'

describe('import of WooCommerce’s exports', () => {
  const PRODUCTS =
    'ID,Type,SKU,Name,Published,Is featured?,Visibility in catalog,Short description,Description,Tax status,In stock?,Stock,Backorders allowed?,Sale price,Regular price,Categories,Tags,Images,Parent,Position,Attribute 1 name,Attribute 1 value(s)'
  const CATALOG = table(PRODUCTS, [
    {
      ID: '10',
      Type: 'variable',
      SKU: 'MG',
      Name: 'Mug',
      Published: '1',
      'In stock?': '1',
      Categories: 'Kitchen > Mugs, Gifts',
      Images: 'https://a.example/1.jpg, https://a.example/2.jpg',
    },
    {
      ID: '11',
      Type: 'variation',
      SKU: 'MG-R',
      Name: 'Mug - Red',
      Published: '1',
      'In stock?': '1',
      'Sale price': '9.5',
      'Regular price': '12',
      Parent: 'MG',
    },
    {
      ID: '12',
      Type: 'variation',
      Name: 'Mug - Blue',
      Published: '1',
      'In stock?': '0',
      'Regular price': '12',
      Parent: 'id:10',
    },
    {
      ID: '13',
      Type: 'simple',
      SKU: 'TP',
      Name: 'Tea pot, large',
      Published: '1',
      'In stock?': 'backorder',
      'Regular price': '30',
      Categories: 'Kitchen',
    },
    {
      ID: '14',
      Type: 'simple',
      SKU: 'LP',
      Name: 'Lamp',
      Published: '0',
      'In stock?': '1',
      'Regular price': '40',
    },
  ])
  const ITEMS = [
    { id: 'MG-R', title: 'Mug - Red', price: 9.5, available: true },
    { id: '12', title: 'Mug - Blue', price: 12, available: false },
  ].map((item) => ({ ...item, category: 'Mugs', groupId: 'MG', image: 'https://a.example/1.jpg' }))

  test('import of WooCommerce reads one order line per row, and does not take the column `Item #` for a product’s id', async () => {
    const order = {
      'Order Number': '501',
      'Order Date': '2024-05-01 10:00',
      'Email (Billing)': 'ann@example.org',
    }
    const { report, items, events } = await imported({
      'orders.csv': table(
        'Order Number,Order Status,Order Date,Customer Note,Email (Billing),Item #,SKU,Item Name,Quantity (- Refund),Item Cost,Coupon Code,Order Total Amount',
        [
          {
            ...order,
            'Order Status': 'Completed',
            'Item #': '1',
            SKU: 'MG-R',
            'Item Name': 'Mug - Red',
            'Quantity (- Refund)': '2',
            'Item Cost': '9.5',
          },
          {
            ...order,
            'Order Status': 'Completed',
            'Item #': '2',
            SKU: '',
            'Item Name': 'Mug - Blue',
            'Quantity (- Refund)': '1',
            'Item Cost': '12',
          },
          {
            ...order,
            'Order Status': 'Completed',
            'Item #': '3',
            SKU: 'TP',
            'Item Name': 'Tea pot, large',
            'Quantity (- Refund)': '0',
            'Item Cost': '30',
          },
          {
            ...order,
            'Order Number': '502',
            'Order Status': 'Cancelled',
            'Item #': '1',
            SKU: 'TP',
            'Item Name': 'Tea pot, large',
            'Quantity (- Refund)': '1',
            'Item Cost': '30',
          },
        ],
      ),
      'catalog.csv': CATALOG,
    })
    expect(report.logs[0]).toMatchObject({
      kept: 2,
      dropped: { 'cancelled or refunded order': 1, 'zero quantity': 1 },
    })
    // The order names a variation without a SKU by its title; the import finds the variation's number in the catalog.
    expect(brief(events, 'item', 'session', 'quantity')).toEqual(['MG-R 501 2', '12 501 1'])
    expect(report.catalog).toMatchObject({
      columns: { group: 'Parent' },
      dropped: { 'parent of variations': 1, 'not published': 1 },
    })
    expect(report.shop).toMatchObject({ variants: 2 })
    expect(items).toMatchObject([
      ...ITEMS,
      { id: 'TP', title: 'Tea pot, large', category: 'Kitchen', price: 30, available: true },
    ])
  })

  test('import of WooCommerce skips hidden, private and unpublished products and their variations', async () => {
    const own = { Type: 'simple', Published: '1', 'In stock?': '1', 'Regular price': '9' }
    const { report, items } = await imported({
      'orders.csv': 'customer id,sku,date\n1,S1,2024-05-01 10:00\n1,S3,2024-05-01 10:00\n',
      'catalog.csv': table(PRODUCTS, [
        { ID: '1', SKU: 'S1', Name: 'Shown mug', 'Visibility in catalog': 'visible', ...own },
        { ID: '2', SKU: 'S2', Name: 'Found pot', 'Visibility in catalog': 'search', ...own },
        { ID: '3', SKU: 'S3', Name: 'Hidden', 'Visibility in catalog': 'hidden', ...own },
        { ID: '4', SKU: 'S4', Name: 'Private', ...own, Published: '0' },
        { ID: '5', SKU: 'S5', Name: 'Draft', ...own, Published: '-1' },
        { ID: '6', SKU: 'V', Name: 'Private kettle', ...own, Type: 'variable', Published: '0' },
        { ID: '7', SKU: 'V-1', Name: 'Kettle red', ...own, Type: 'variation', Parent: 'V' },
        { ID: '8', SKU: 'V-2', Name: 'Kettle blue', ...own, Type: 'variation', Parent: 'id:6' },
      ]),
    })
    expect(items.filter(({ title }) => title).map(({ id }) => id)).toEqual(['S1', 'S2'])
    expect(report.catalog?.dropped).toEqual({ 'not published': 5, 'parent of variations': 1 })
  })

  test('import of WooCommerce writes when a sale begins and ends, in the shop’s time zone, and leaves out sales that have ended', async () => {
    const sold = async (starts: string, ends: string) => {
      const columns = `${PRODUCTS},Date sale price starts,Date sale price ends`
      const mug = { ID: '1', Type: 'simple', SKU: 'S1', Name: 'Mug', Published: '1' }
      const { items } = await imported(
        {
          'orders.csv': 'customer id,sku,date\n1,S1,2024-05-01 10:00\n',
          'catalog.csv': table(columns, [
            {
              ...mug,
              'Sale price': '5',
              'Regular price': '10',
              'Date sale price starts': starts,
              'Date sale price ends': ends,
            },
          ]),
        },
        { 'time-zone': 'Europe/Berlin' },
      )
      expect(items[0].regularPrice).toBe(starts || ends ? undefined : 10)
      return [items[0].price, items[0].sale]
    }
    expect(await sold('', '')).toEqual([5, undefined])
    expect(await sold('', '2024-06-30 23:59:59')).toEqual([10, undefined])
    const running = { price: 5, from: '2024-05-31T22:00:00Z', until: '2999-06-30T22:00:00Z' }
    expect(await sold('2024-06-01 00:00:00', '2999-06-30')).toEqual([10, running])
    expect(await sold('2999-06-01 00:00:00', '')).toEqual([
      10,
      { price: 5, from: '2999-05-31T22:00:00Z' },
    ])
  })

  test('import of WooCommerce reads analytics orders with several products in a cell, and finds these products by name', async () => {
    const { report, events } = await imported(
      {
        'orders.csv': table(
          'Date,Order #,N. Revenue (formatted),Status,Customer,Customer type,Product(s),Items sold,Coupon(s),N. Revenue',
          [
            {
              Date: '2024-05-01 10:00:00',
              'Order #': '501',
              Status: 'completed',
              Customer: 'Ann A',
              'Product(s)': '2× Mug - Red, 1× Tea pot, large',
              'Items sold': '3',
            },
            {
              Date: '2024-05-02 10:00:00',
              'Order #': '502',
              Status: 'refunded',
              Customer: 'Ann A',
              'Product(s)': '1× Mug - Blue',
              'Items sold': '1',
            },
          ],
        ),
        'catalog.csv': CATALOG,
      },
      { currency: 'EUR' },
    )
    expect(report.logs[0]).toMatchObject({ lines: 3, kept: 2 })
    expect(brief(events, 'item', 'quantity')).toEqual(['MG-R 2', 'TP 1'])
  })

  test('import of WooCommerce reads orders with line items in one cell or in several columns', async () => {
    const cell = 'name:Mug - Red|product_id:10|sku:MG-R|quantity:2|total:19.00|sub_total:19.00'
    const common = {
      order_number: '501',
      status: 'processing',
      order_date: '2024-05-01 10:00:00',
      billing_email: 'ann@example.org',
      order_currency: 'EUR',
    }
    const columns = 'order_id,order_number,order_date,status,order_currency,billing_email'
    const pot = 'name:Tea pot, large|sku:TP|quantity:1|total:30.00'
    const one = await imported({
      'orders.csv': table(`${columns},line_items`, [{ ...common, line_items: `${cell};${pot}` }]),
    })
    const many = await imported({
      'orders.csv': table(`${columns},line_item_1,line_item_2`, [
        { ...common, line_item_1: cell, line_item_2: pot },
      ]),
    })
    for (const { events, items } of [one, many]) {
      expect(brief(events, 'item', 'quantity', 'price')).toEqual(['MG-R 2 9.5', 'TP 1 30'])
      expect(items).toMatchObject([
        { id: 'MG-R', title: 'Mug - Red' },
        { id: 'TP', title: 'Tea pot, large' },
      ])
    }
  })

  test('import of WooCommerce assigns an event about a parent product, named by SKU or number, to the best-selling variation', async () => {
    const line = (item: string) => `1,${item},2024-05-01 10:00,view_item\n`
    const { report, items, events } = await imported({
      'orders.csv': 'customer id,sku,date\n1,MG-R,2024-05-01 10:00\n1,TP,2024-05-01 10:00\n',
      'clicks.csv': `customer id,sku,date,event\n${line('MG')}${line('10')}${line('TP')}`,
      'catalog.csv': CATALOG,
    })
    expect(events.filter(({ event }) => event === 'view_item').map(({ item }) => item)).toEqual([
      'MG-R',
      'MG-R',
      'TP',
    ])
    // The parent product is left out, because lists can only show its variations.
    expect(items.map(({ id }) => id)).toEqual(['MG-R', '12', 'TP'])
    expect(report.catalog?.dropped).toMatchObject({ 'parent of variations': 1 })
    expect(report.match).toMatchObject({ logItems: 2, items: 2 })
  })

  test('import of WooCommerce uses product numbers as ids if the log names products by number', async () => {
    const { items } = await imported({
      'orders.csv': 'customer id,product id,date\n1,11,2024-05-01 10:00\n1,13,2024-05-01 10:00\n',
      'catalog.csv': CATALOG,
    })
    expect(items.map(({ id, groupId }) => [id, groupId])).toEqual([
      ['11', '10'],
      ['12', '10'],
      ['13', undefined],
    ])
  })
})
