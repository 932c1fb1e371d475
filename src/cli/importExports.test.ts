import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { quote, SqlEngine } from '../train/import/engine.ts'
import type { ImportReport } from '../train/import/importShop.ts'
import { readShop } from '../train/shop/read.ts'
import { command } from './import.ts'
import { type Flags, runCommand } from './testCommand.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nearside-import-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** Runs the command on the files, shopper ids as they are: the report, the items, the events. */
async function run(files: Readonly<Record<string, string | Uint8Array>>, flags: Flags = {}) {
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  const paths = Object.fromEntries(
    Object.keys(files).map((name) => [name.replace(/\..*/, ''), join(folder, name)]),
  )
  const out = join(folder, 'out')
  const given = { ...paths, out, 'raw-ids': true as const, ...flags }
  const { result } = await runCommand(command, { flags: given })
  const text = gunzipSync(await readFile(join(out, 'events.tsv.gz'))).toString()
  const [header, ...lines] = text
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'))
  const events = lines.map((fields) =>
    Object.fromEntries(header.map((name, k) => [name, fields[k]])),
  )
  return { report: result as ImportReport, items: (await readShop(out)).items, events }
}

/** Rows as delimited text: a field by the name of its column. */
function table(
  columns: string,
  rows: readonly Readonly<Record<string, string>>[],
  delimiter = ',',
) {
  const names = columns.split(',')
  const field = (text = '') =>
    /["\n]/.test(text) || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text
  const lines = [names, ...rows.map((row) => names.map((name) => row[name]))]
  for (const row of rows)
    for (const name of Object.keys(row)) if (!names.includes(name)) throw new Error(name)
  return lines.map((line) => `${line.map(field).join(delimiter)}\n`).join('')
}

const brief = (events: readonly Readonly<Record<string, string>>[], ...columns: string[]) =>
  events.map((event) => columns.map((column) => event[column]).join(' '))

describe('Shopify', () => {
  const ORDERS =
    'Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,Billing Name,Notes,Cancelled at,Payment Method,Refunded Amount,Vendor,Id,Tags,Source,Lineitem discount,Phone'
  const PRODUCTS =
    'Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Option3 Name,Option3 Value,Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Fulfillment Service,Variant Price,Variant Compare At Price,Image Src,Image Position,Image Alt Text,Gift Card,SEO Title,Variant Image,Cost per item,Status'
  const order = (Name: string, status: string, day: string) => ({
    Name,
    Email: 'ann@example.org',
    'Financial Status': status,
    'Paid at': status === 'pending' ? '' : `2024-05-${day} 10:00:00 +0200`,
    'Created at': `2024-05-${day} 09:59:00 +0200`,
    Currency: 'EUR',
  })
  const line = (sku: string, name: string, quantity = '1') => ({
    'Lineitem quantity': quantity,
    'Lineitem name': name,
    'Lineitem price': '12.50',
    'Lineitem sku': sku,
    Vendor: 'House brand',
  })

  test('orders: voided, refunded and cancelled ones are no purchases; lines belong to their order', async () => {
    const { report, items, events } = await run({
      'orders.csv': table(ORDERS, [
        {
          ...order('#1', 'paid', '01'),
          ...line('MG-R', 'Mug - Red', '2'),
          Notes: 'ring, "twice"\nplease',
        },
        { Name: '#1', ...line('', 'Tea towel') },
        { ...order('#2', 'voided', '02'), ...line('MG-B', 'Mug - Blue') },
        { ...order('#3', 'refunded', '03'), ...line('MG-B', 'Mug - Blue') },
        { Name: '#3', ...line('MG-R', 'Mug - Red') },
        { ...order('#4', 'partially_refunded', '04'), ...line('MG-B', 'Mug - Blue') },
        { ...order('#5', 'pending', '05'), ...line('MG-R', 'Mug - Red') },
        {
          ...order('#6', 'paid', '06'),
          ...line('MG-R', 'Mug - Red'),
          'Cancelled at': '2024-05-07',
        },
        { ...order('#7', 'paid', '07'), ...line('MG-R', 'Mug - Red'), Email: '' },
      ]),
      'catalog.csv': table(PRODUCTS, [
        {
          Handle: 'mug',
          Title: 'Mug',
          'Body (HTML)': '<p>For tea &amp; more,</p>\n<ul><li>300&nbsp;ml</li></ul>',
          Vendor: 'House brand',
          'Product Category': 'Home & Garden > Kitchen & Dining > Mugs',
          Published: 'true',
          'Option1 Name': 'Colour',
          'Option1 Value': 'Red',
          'Variant SKU': 'MG-R',
          'Variant Inventory Qty': '0',
          'Variant Inventory Policy': 'deny',
          'Variant Price': '12.50',
          'Image Src': 'https://cdn.example/mug.jpg',
          Status: 'active',
        },
        {
          Handle: 'mug',
          'Option1 Value': 'Blue',
          'Variant SKU': 'MG-B',
          'Variant Inventory Qty': '-2',
          'Variant Inventory Policy': 'continue',
          'Variant Price': '13.00',
          'Variant Image': 'https://cdn.example/blue.jpg',
        },
        { Handle: 'mug', 'Image Src': 'https://cdn.example/mug-2.jpg', 'Image Position': '2' },
        {
          Handle: 'tea-towel',
          Title: 'Tea towel',
          Type: 'Textiles',
          Published: 'true',
          'Option1 Name': 'Title',
          'Option1 Value': 'Default Title',
          'Variant Price': '8.00',
          Status: 'active',
        },
        {
          Handle: 'lamp',
          Title: 'Lamp',
          Published: 'false',
          'Option1 Value': 'Default Title',
          'Variant SKU': 'LP',
          'Variant Price': '40.00',
          Status: 'draft',
        },
      ]),
    })
    expect(report.logs[0]).toMatchObject({
      layout: 'Shopify orders',
      lines: 9,
      kept: 4,
      dropped: { 'cancelled or refunded order': 4, 'no shopper': 1 },
    })
    expect(brief(events, 'shopper', 'item', 'time', 'session', 'quantity')).toEqual([
      'ann@example.org MG-R 2024-05-01T08:00:00Z #1 2',
      'ann@example.org Tea towel 2024-05-01T08:00:00Z #1 1',
      'ann@example.org MG-B 2024-05-04T08:00:00Z #4 1',
      'ann@example.org MG-R 2024-05-05T07:59:00Z #5 1',
    ])
    expect(report.catalog).toMatchObject({
      layout: 'Shopify products',
      kept: 4,
      dropped: { 'further picture of a product': 1 },
    })
    expect(report.match).toMatchObject({ logItems: 3, items: 3, lines: 4 })
    const mug = {
      brand: 'House brand',
      category: 'Kitchen & Dining',
      description: 'For tea & more, 300 ml',
      currency: 'EUR',
    }
    expect(items).toEqual([
      {
        id: 'MG-R',
        title: 'Mug - Red',
        price: 12.5,
        image: 'https://cdn.example/mug.jpg',
        available: false,
        ...mug,
      },
      {
        id: 'MG-B',
        title: 'Mug - Blue',
        price: 13,
        image: 'https://cdn.example/blue.jpg',
        available: true,
        ...mug,
      },
      {
        id: 'Tea towel',
        title: 'Tea towel',
        price: 8,
        category: 'Textiles',
        currency: 'EUR',
        available: true,
      },
      { id: 'LP', title: 'Lamp', price: 40, currency: 'EUR', available: false },
    ])
  })
})

describe('WooCommerce', () => {
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
  ].map((item) => ({ ...item, category: 'Mugs', image: 'https://a.example/1.jpg' }))

  test('orders a line an item: `Item #` counts lines and is no product', async () => {
    const order = {
      'Order Number': '501',
      'Order Date': '2024-05-01 10:00',
      'Email (Billing)': 'ann@example.org',
    }
    const { report, items, events } = await run({
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
    // A variation without a SKU is known by its name in the order, by its number in the catalog.
    expect(brief(events, 'item', 'session', 'quantity')).toEqual(['MG-R 501 2', '12 501 1'])
    expect(report.catalog?.dropped).toEqual({ 'parent of variations': 1 })
    expect(items).toMatchObject([
      ...ITEMS,
      { id: 'TP', title: 'Tea pot, large', category: 'Kitchen', price: 30, available: true },
      { id: 'LP', title: 'Lamp', price: 40, available: false },
    ])
  })

  test('the orders of its analytics: several products in a cell, told by name', async () => {
    const { report, events } = await run(
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

  test('orders with a cell or columns of line items', async () => {
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
    const one = await run({
      'orders.csv': table(`${columns},line_items`, [{ ...common, line_items: `${cell};${pot}` }]),
    })
    const many = await run({
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

  test('a log that names products by number makes the number the id', async () => {
    const { items } = await run({
      'orders.csv': 'customer id,product id,date\n1,11,2024-05-01 10:00\n1,13,2024-05-01 10:00\n',
      'catalog.csv': CATALOG,
    })
    expect(items.map(({ id }) => id)).toEqual(['11', '12', '13', '14'])
  })
})

describe('Google Merchant Center', () => {
  const ORDERS = { 'orders.csv': 'user,sku,time\nann,p1,2024-05-01 10:00\n' }
  const EXPECTED = [
    {
      id: 'p1',
      title: 'Mug & saucer',
      description: 'Holds 300 ml',
      category: 'Kitchen',
      brand: 'House brand',
      image: 'https://a.example/p1.jpg',
      price: 9,
      currency: 'EUR',
      available: true,
    },
    { id: 'p2', title: 'Tea pot', price: 30, currency: 'EUR', available: false },
  ]

  test('a feed as XML', async () => {
    const xml = `<?xml version="1.0" encoding="UTF-8"?>
<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0"><channel><title>Shop</title><link>https://a.example</link>
<item><g:id>p1</g:id><g:title><![CDATA[Mug & saucer]]></g:title><g:description>&lt;b&gt;Holds&lt;/b&gt; 300 ml</g:description>
<g:link>https://a.example/p1</g:link><g:image_link>https://a.example/p1.jpg</g:image_link><g:additional_image_link>https://a.example/p1b.jpg</g:additional_image_link>
<g:availability>in_stock</g:availability><g:price>12.00 EUR</g:price><g:sale_price>9.00 EUR</g:sale_price>
<g:google_product_category>2169</g:google_product_category><g:product_type>Home &gt; Kitchen &gt; Mugs</g:product_type><g:brand>House brand</g:brand>
<g:shipping><g:country>DE</g:country><g:price>4.90 EUR</g:price></g:shipping></item>
<item><g:id>p2</g:id><g:title>Tea pot</g:title><g:link>https://a.example/p2</g:link><g:availability>out of stock</g:availability><g:price>30,00 EUR</g:price><g:google_product_category>1</g:google_product_category></item>
</channel></rss>`
    const { report, items } = await run({ ...ORDERS, 'catalog.xml': xml })
    expect(report.catalog?.layout).toBe('Google Merchant Center feed')
    expect(items).toEqual(EXPECTED)
  })

  test('a feed as tab-separated text', async () => {
    const columns =
      'id,title,description,link,image link,availability,price,sale price,google product category,product type,brand,condition'
    const { items } = await run({
      ...ORDERS,
      'catalog.tsv': table(
        columns,
        [
          {
            id: 'p1',
            title: 'Mug & saucer',
            description: 'Holds 300 ml',
            link: 'x',
            'image link': 'https://a.example/p1.jpg',
            availability: 'in stock',
            price: '12.00 EUR',
            'sale price': '9.00 EUR',
            'product type': 'Home > Kitchen > Mugs',
            brand: 'House brand',
            condition: 'new',
          },
          {
            id: 'p2',
            title: 'Tea pot',
            link: 'y',
            availability: 'out_of_stock',
            price: '30.00 EUR',
          },
        ],
        '\t',
      ),
    })
    expect(items).toEqual(EXPECTED)
  })
})

describe('GA4 of BigQuery', () => {
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

  const check = async (clicks: Readonly<Record<string, string | Uint8Array>>) => {
    const { report, items, events } = await run({
      'orders.csv': ORDERS.replace('order,', 'order number,'),
      ...clicks,
    })
    expect(report.logs[1]).toMatchObject({
      layout: 'GA4 export',
      kept: 4,
      dropped: { 'other event': 1, 'purchase that the orders hold': 2 },
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

  test('as JSON lines: brand and category come from the events', () =>
    check({ 'clicks.jsonl': EVENTS.map((one) => JSON.stringify(one)).join('\n') }))

  test('a refund takes back what it names, or all of the order', async () => {
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
    const { report, events } = await run({
      'orders.jsonl': log.map((one) => JSON.stringify(one)).join('\n'),
    })
    expect(report.logs[0].dropped).toEqual({ 'cancelled or refunded order': 3, refund: 2 })
    expect(brief(events, 'item')).toEqual(['b', 'a'])
  })

  test('as Parquet', async () => {
    const path = join(folder, 'clicks.parquet')
    await writeFile(join(folder, 'made.json'), JSON.stringify(EVENTS))
    await SqlEngine.use((engine) =>
      engine.run(`COPY (SELECT * REPLACE (event_timestamp::BIGINT AS event_timestamp)
        FROM read_json_auto(${quote(join(folder, 'made.json'))})) TO ${quote(path)} (FORMAT parquet)`),
    )
    await check({ 'clicks.parquet': await readFile(path) })
  })
})

test('schema.org products as JSON-LD', async () => {
  const product = (sku: string, offers: unknown, more: object = {}) => ({
    '@type': 'Product',
    sku,
    name: `Item ${sku}`,
    offers,
    ...more,
  })
  const offer = (price: string, word: string) => ({
    '@type': 'Offer',
    price,
    priceCurrency: 'EUR',
    availability: `https://schema.org/${word}`,
  })
  const graph = [
    product('a', [offer('5.00', 'InStock')], {
      brand: { '@type': 'Brand', name: 'House brand' },
      category: 'Home > Kitchen',
      image: ['https://a.example/1.jpg', 'https://a.example/2.jpg'],
    }),
    product('b', [offer('7.50', 'SoldOut')]),
  ]
  const orders = 'user,sku,time\nann,a,2024-05-01 10:00\n'
  const document = JSON.stringify({ '@context': 'https://schema.org', '@graph': graph }, null, 2)
  const { report, items } = await run({ 'orders.csv': orders, 'catalog.json': document })
  expect(report.catalog?.layout).toBe('schema.org products')
  const a = { id: 'a', title: 'Item a', brand: 'House brand', category: 'Kitchen', price: 5 }
  expect(items).toEqual([
    { ...a, image: 'https://a.example/1.jpg', currency: 'EUR', available: true },
    { id: 'b', title: 'Item b', price: 7.5, currency: 'EUR', available: false },
  ])
})

describe('plain files', () => {
  test('German: names, decimal commas, dates, Windows-1252', async () => {
    const orders = [
      'Kundennummer;Bestellnummer;Bestelldatum;Artikelnummer;Artikelbezeichnung;Stückzahl;Einzelpreis;Währung;Bestellstatus',
      '7;B1;31.12.2023 18:30;100;Käsemesser, groß;1;1.234,50 €;EUR;Abgeschlossen',
      '7;B1;31.12.2023 18:30;101;Brett;2;9,90 €;EUR;Abgeschlossen',
      '8;B2;01.01.2024 09:00;101;Brett;1;9,90 €;EUR;Storniert',
    ].join('\r\n')
    const { items, events } = await run(
      { 'orders.csv': Buffer.from(orders.replaceAll('€', '\u0080'), 'latin1') },
      { 'time-zone': 'Europe/Berlin' },
    )
    expect(brief(events, 'shopper', 'item', 'time', 'quantity', 'price')).toEqual([
      '7 100 2023-12-31T17:30:00Z 1 1234.5',
      '7 101 2023-12-31T17:30:00Z 2 9.9',
    ])
    expect(items[0]).toEqual({
      id: '100',
      title: 'Käsemesser, groß',
      price: 1234.5,
      currency: 'EUR',
    })
  })

  test('a JSON array of orders with their lines, days of a spreadsheet, several currencies', async () => {
    const line_items = [
      { sku: 'a', name: 'Tea', price: '5.00', quantity: 1 },
      { sku: 'b', name: 'Mug', price: '7.00' },
    ]
    const order = (id: number, currency: string) => ({
      order_id: id,
      customer: { id: 3 },
      created_at: 45413.5 + id,
      currency,
      line_items,
    })
    const { items, events } = await run(
      { 'orders.json': JSON.stringify([order(1, 'EUR'), order(2, 'EUR'), order(3, 'USD')]) },
      { shopper: 'customer.id' },
    )
    expect(brief(events, 'shopper', 'item', 'time', 'price')).toEqual([
      '3 a 2024-05-02T12:00:00Z 5',
      '3 b 2024-05-02T12:00:00Z 7',
      '3 a 2024-05-03T12:00:00Z 5',
      '3 b 2024-05-03T12:00:00Z 7',
      // What was paid in another currency than the shop's is not written as if it were in that.
      '3 a 2024-05-04T12:00:00Z ',
      '3 b 2024-05-04T12:00:00Z ',
    ])
    expect(items[0]).toEqual({ id: 'a', title: 'Tea', price: 5, currency: 'EUR' })
  })
})
