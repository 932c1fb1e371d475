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

  test('skips voided, refunded and cancelled orders, and assigns each line to its order', async () => {
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
    // A handle with only one product makes no group.
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
        // The catalog doesn't name the brand; the orders do.
        brand: 'House brand',
        currency: 'EUR',
        url: '/products/tea-towel',
        available: true,
      },
    ])
  })

  test('skips draft, archived and unpublished products and their variants', async () => {
    const product = (
      Handle: string,
      Published: string,
      Status: string,
    ): Record<string, string>[] => [
      {
        Handle,
        Title: `Thing ${Handle}`,
        Published,
        Status,
        'Option1 Value': 'S',
        'Variant SKU': `${Handle}-S`,
        'Variant Price': '9',
      },
      { Handle, 'Option1 Value': 'M', 'Variant SKU': `${Handle}-M`, 'Variant Price': '9' },
    ]
    const { report, items } = await imported({
      'orders.csv': table(ORDERS, [
        { ...order('#1', 'paid', '01'), ...line('live-S', 'Live') },
        { Name: '#1', ...line('draft-S', 'Draft') },
      ]),
      'catalog.csv': table(PRODUCTS, [
        ...product('live', 'true', 'active'),
        ...product('draft', 'true', 'draft'),
        ...product('archived', 'true', 'archived'),
        ...product('unpublished', 'false', 'active'),
      ]),
    })
    expect(items.filter(({ title }) => title).map(({ id }) => id)).toEqual(['live-S', 'live-M'])
    expect(report.catalog?.dropped).toEqual({ 'not published': 6 })
  })
})
