import { describe, expect, test } from 'vitest'
import { brief, imported, table } from '../testImport.ts'

describe('import of Shopify’s exports', () => {
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

  test('import of Shopify skips voided, refunded and cancelled orders, and assigns each line to its order', async () => {
    const { report, items, events } = await imported({
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
      kept: 3,
      dropped: { 'further picture of a product': 1, 'not published': 1 },
    })
    expect(report.match).toMatchObject({ logItems: 3, items: 3, lines: 4 })
    expect(report.catalog?.columns).toMatchObject({ group: 'Handle' })
    expect(report.shop).toMatchObject({ variants: 2 })
    // A Shopify handle (product) with only one variant makes no group.
    const mug = {
      groupId: 'mug',
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
        url: '/products/mug',
        image: 'https://cdn.example/mug.jpg',
        available: false,
        ...mug,
      },
      {
        id: 'MG-B',
        title: 'Mug - Blue',
        price: 13,
        url: '/products/mug',
        image: 'https://cdn.example/blue.jpg',
        available: true,
        ...mug,
      },
      {
        id: 'Tea towel',
        title: 'Tea towel',
        price: 8,
        category: 'Textiles',
        // The catalog doesn't name the brand, but the orders do.
        brand: 'House brand',
        currency: 'EUR',
        url: '/products/tea-towel',
        available: true,
      },
    ])
  })

  test('import of Shopify skips orders that their payment or tag marks as tests', async () => {
    const paid = (name: string, more: Record<string, string>) => [
      { ...order(name, 'paid', '01'), ...line('MG-R', 'Mug - Red'), ...more },
      { Name: name, ...line('MG-B', 'Mug - Blue') },
    ]
    const { report, events } = await imported({
      'orders.csv': table(ORDERS, [
        ...paid('#1', { 'Payment Method': 'bogus' }),
        ...paid('#2', { 'Payment Method': 'Bogus + gift_card' }),
        ...paid('#3', { Tags: 'VIP, Test' }),
        ...paid('#4', { Tags: 'taste test, latest', 'Payment Method': 'shopify_payments' }),
      ]),
    })
    expect(report.logs[0].dropped).toEqual({ 'test order': 6 })
    expect(brief(events, 'item', 'session')).toEqual(['MG-R #4', 'MG-B #4'])
  })

  test('import of Shopify skips test orders in the JSON of the Admin API', async () => {
    const one = (id: number, test: boolean) => ({
      id,
      test,
      customer: { id: 3 },
      created_at: '2024-05-01T10:00:00Z',
      line_items: [{ sku: 'a', name: 'Tea', price: '5.00', quantity: 1 }],
    })
    const { report } = await imported(
      { 'orders.json': JSON.stringify([one(1, true), one(2, false)]) },
      { columns: 'shopper=customer.id' },
    )
    expect(report.logs[0]).toMatchObject({ kept: 1, dropped: { 'test order': 1 } })
  })

  const NEWER =
    'Title,URL handle,Description,Vendor,Product category,Type,Tags,Published on online store,Status,SKU,Barcode,Option1 name,Option1 value,Price,Compare-at price,Inventory quantity,Continue selling when out of stock,Product image URL'
  const names = (columns: string, Handle: string, Published: string, Sku: string, Price: string) =>
    [
      columns,
      {
        Handle,
        Published,
        Sku,
        Price,
        Option: columns === NEWER ? 'Option1 value' : 'Option1 Value',
      },
    ] as const

  test('import takes Shopify’s compare-at price for the usual price, unless it is malformed or not above the price', async () => {
    const product = (sku: string, usual: string, Price = '9.00') => ({
      ...{ Title: sku, 'URL handle': sku, Status: 'active', SKU: sku },
      ...{ Price, 'Compare-at price': usual },
    })
    const { items } = await imported({
      'orders.csv': table(ORDERS, [{ ...order('#1', 'paid', '01'), ...line('a', 'a') }]),
      'catalog.csv': table(NEWER, [
        ...[product('a', '12.00'), product('b', ''), product('c', '9.00'), product('d', '5')],
        ...[product('e', '-12'), product('f', 'Infinity'), product('g', 'old'), product('h', '0')],
        product('i', '12', ''),
      ]),
    })
    const usual = items.flatMap(({ id, regularPrice }) =>
      regularPrice ? [[id, regularPrice]] : [],
    )
    expect(items).toHaveLength(9)
    expect(usual).toEqual([['a', 12]])
  })

  test.each([
    names(PRODUCTS, 'Handle', 'Published', 'Variant SKU', 'Variant Price'),
    names(NEWER, 'URL handle', 'Published on online store', 'SKU', 'Price'),
  ])(
    'import of Shopify skips draft, archived, unlisted and unpublished products and their variants',
    async (columns, column) => {
      const product = (handle: string, published: string, Status: string) => {
        const variant = (size: string) => ({
          [column.Handle]: handle,
          [column.Option]: size,
          [column.Sku]: `${handle}-${size}`,
          [column.Price]: '9',
        })
        const whole = { Title: `Thing ${handle}`, [column.Published]: published, Status }
        return [{ ...variant('S'), ...whole }, variant('M')]
      }
      const { report, items } = await imported({
        'orders.csv': table(ORDERS, [
          { ...order('#1', 'paid', '01'), ...line('live-S', 'Live') },
          { Name: '#1', ...line('draft-S', 'Draft') },
        ]),
        'catalog.csv': table(columns, [
          ...product('live', 'true', 'active'),
          ...product('draft', 'true', 'draft'),
          ...product('archived', 'true', 'archived'),
          ...product('unlisted', 'true', 'unlisted'),
          ...product('unpublished', 'false', 'active'),
        ]),
      })
      expect(items.filter(({ title }) => title).map(({ id }) => id)).toEqual(['live-S', 'live-M'])
      expect(report.catalog?.dropped).toEqual({ 'not published': 8 })
    },
  )
})
