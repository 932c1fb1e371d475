import { describe, expect, test, vi } from 'vitest'
import { imported, table } from '../testImport.ts'

describe('import of a Google Merchant Center feed', () => {
  const ORDERS = { 'orders.csv': 'user,sku,time\nann,p1,2024-05-01 10:00\n' }
  const EXPECTED = [
    {
      id: 'p1',
      title: 'Mug & saucer',
      description: 'Holds 300 ml',
      category: 'Kitchen',
      brand: 'House brand',
      image: 'https://a.example/p1.jpg',
      url: 'https://a.example/p1',
      price: 9,
      regularPrice: 12,
      currency: 'EUR',
      available: true,
    },
    {
      id: 'p2',
      title: 'Tea pot',
      url: 'https://a.example/p2?colour=red',
      price: 30,
      currency: 'EUR',
      available: false,
    },
  ]

  test('import reads a Google Merchant Center feed in XML', async () => {
    const xml = `<?xml version="1.0" encoding="UTF-8"?>
<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0"><channel><title>Shop</title><link>https://a.example</link>
<item><g:id>p1</g:id><g:title><![CDATA[Mug & saucer]]></g:title><g:description>&lt;b&gt;Holds&lt;/b&gt; 300 ml</g:description>
<g:link>https://a.example/p1</g:link><g:image_link>https://a.example/p1.jpg</g:image_link><g:additional_image_link>https://a.example/p1b.jpg</g:additional_image_link>
<g:availability>in_stock</g:availability><g:price>12.00 EUR</g:price><g:sale_price>9.00 EUR</g:sale_price>
<g:google_product_category>2169</g:google_product_category><g:product_type>Home &gt; Kitchen &gt; Mugs</g:product_type><g:brand>House brand</g:brand>
<g:shipping><g:country>DE</g:country><g:price>4.90 EUR</g:price></g:shipping></item>
<item><g:id>p2</g:id><g:title>Tea pot</g:title><g:link>https://a.example/p2?utm_source=google&amp;colour=red&amp;srsltid=AfmB</g:link><g:availability>out of stock</g:availability><g:price>30,00 EUR</g:price><g:google_product_category>1</g:google_product_category></item>
</channel></rss>`
    const { report, items } = await imported({ ...ORDERS, 'catalog.xml': xml })
    expect(report.catalog?.layout).toBe('Google Merchant Center feed')
    expect(items).toEqual(EXPECTED)
  })

  test('import reads ratings of 0 to 5, and counts other ratings as lost', async () => {
    const rows = ['4.6 128', '4,5 1280', '5 ', '0 0', ' 3', '87 12', 'good 2', '-1 4'].map(
      (text, at) => {
        const [rating, reviews] = text.split(' ')
        const row = { id: `p${at + 1}`, title: 'Mug', link: 'x', price: '9 EUR' }
        return { ...row, product_rating: rating, review_count: reviews }
      },
    )
    const catalog = table('id,title,link,price,product_rating,review_count', rows, '\t')
    const { report, items } = await imported({ ...ORDERS, 'catalog.tsv': catalog })
    expect(items.map(({ rating, reviews }) => [rating, reviews])).toEqual([
      [4.6, 128],
      [4.5, 1280],
      [5, undefined],
      [undefined, 0],
      ...[3, 12, 2, 4].map((reviews) => [undefined, reviews]),
    ])
    expect(report.catalog?.lost).toEqual({ 'bad rating': 3 })
  })

  test('import reads badges, and leaves out empty and overlong badges, which no product card shows', async () => {
    const rows = ['New', ' Organic ', '', 'x'.repeat(25)].map((badge, at) => ({
      ...{ id: `p${at + 1}`, title: 'Mug', link: 'x', price: '9 EUR', badge },
    }))
    const { items } = await imported({
      ...ORDERS,
      'catalog.tsv': table('id,title,link,price,badge', rows, '\t'),
    })
    expect(items.map(({ badge }) => badge)).toEqual(['New', 'Organic', undefined, undefined])
  })

  const GROUPS = [
    ['p1', 'g7'],
    ['p2', 'g7'],
    ['p3', undefined],
  ]

  test('import of a feed writes each sale with its end, and leaves out sales that have ended', async () => {
    const sold = async (dates: string, usual = '49.95 EUR') => {
      vi.setSystemTime(Date.UTC(2026, 5, 15, 12))
      try {
        const columns = 'id,title,link,price,sale price,sale price effective date'
        const row = { id: 'p1', title: 'Mug', link: 'x', price: usual }
        const sale = { 'sale price': '39.96 EUR', 'sale price effective date': dates }
        const catalog = table(columns, [{ ...row, ...sale }], '\t')
        const { items } = await imported({ ...ORDERS, 'catalog.tsv': catalog })
        expect(items[0].regularPrice).toBe(dates === '' ? 49.95 : undefined)
        return [items[0].price, items[0].sale]
      } finally {
        vi.useRealTimers()
      }
    }
    const price = 39.96
    expect(await sold('')).toEqual([39.96, undefined])
    const june = { from: '2026-05-31T22:00:00Z', until: '2026-06-30T21:59:00Z' }
    expect(await sold('2026-06-01T00:00+0200/2026-06-30T23:59+0200')).toEqual([
      49.95,
      { price, ...june },
    ])
    expect(await sold('2024-06-01T00:00+0200/2024-06-30T23:59+0200')).toEqual([49.95, undefined])
    const later = { price, from: '2027-06-01T00:00:00Z', until: '2027-06-30T23:59:00Z' }
    expect(await sold('2027-06-01T00:00Z/2027-06-30T23:59Z')).toEqual([49.95, later])
    // The end day is inclusive, so the sale ends at the next midnight.
    const days = { price, from: '2026-06-01T00:00:00Z', until: '2026-06-16T00:00:00Z' }
    expect(await sold('2026-06-01/2026-06-15')).toEqual([49.95, days])
    expect(await sold('2026-06-01/2026-06-14')).toEqual([49.95, undefined])
    expect(await sold('2026-06-01/2026-06-15', '')).toEqual([undefined, days])
    expect(await sold('2026-06-01/2026-06-14', '')).toEqual([undefined, undefined])
    // A sale with an unreadable end date counts as over.
    expect(await sold('from Monday on')).toEqual([49.95, undefined])
  })

  test('import groups the variants of a feed in XML', async () => {
    const item = (id: string, more: string) =>
      `<item><g:id>${id}</g:id><title>Mug ${id}</title><link>x</link><g:price>9 EUR</g:price>${more}</item>`
    const group = '<g:item_group_id>g7</g:item_group_id>'
    const { report, items } = await imported({
      ...ORDERS,
      'catalog.xml': `<rss><channel>${item('p1', group)}${item('p2', group)}${item('p3', '')}</channel></rss>`,
    })
    expect(report.catalog?.columns).toMatchObject({ group: 'item_group_id' })
    expect(report.shop).toMatchObject({ variants: 2 })
    expect(items.map(({ id, groupId }) => [id, groupId])).toEqual(GROUPS)
  })

  test('import groups the variants of a tab-separated feed', async () => {
    const row = (id: string, group: string) => `${id}\tMug\tx\t9 EUR\t${group}\n`
    const head = 'id\ttitle\tlink\tprice\titem group id\n'
    const { report, items } = await imported({
      ...ORDERS,
      'catalog.tsv': head + row('p1', 'g7') + row('p2', 'g7') + row('p3', ''),
    })
    expect(report.catalog?.columns).toMatchObject({ group: 'item group id' })
    expect(items.map(({ id, groupId }) => [id, groupId])).toEqual(GROUPS)
  })

  test('import reads a tab-separated feed', async () => {
    const columns =
      'id,title,description,link,image link,availability,price,sale price,google product category,product type,brand,condition'
    const { items } = await imported({
      ...ORDERS,
      'catalog.tsv': table(
        columns,
        [
          {
            id: 'p1',
            title: 'Mug & saucer',
            description: 'Holds 300 ml',
            link: 'https://a.example/p1',
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
            link: 'https://a.example/p2?colour=red&utm_medium=feed',
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

test('import reads schema.org products in JSON-LD', async () => {
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
  const { report, items } = await imported({ 'orders.csv': orders, 'catalog.json': document })
  expect(report.catalog?.layout).toBe('schema.org products')
  const a = { id: 'a', title: 'Item a', brand: 'House brand', category: 'Kitchen', price: 5 }
  expect(items).toEqual([
    { ...a, image: 'https://a.example/1.jpg', currency: 'EUR', available: true },
    { id: 'b', title: 'Item b', price: 7.5, currency: 'EUR', available: false },
  ])
})

test('import groups schema.org variants, in whichever form they name their group', async () => {
  const group = { '@type': 'ProductGroup', name: 'Mug', brand: { name: 'House brand' } }
  const one = (sku: string, more?: object) => product(sku, offer('5.00', 'InStock'), more)
  const graph = [
    one('a', { inProductGroupWithID: 'g1' }),
    one('b', { isVariantOf: { ...group, productGroupID: 'g2' } }),
    one('c', { isVariantOf: { '@id': '#g3' } }),
    { ...group, '@id': '#g3', productGroupID: 'g3' },
    { ...group, productGroupID: 'g4', hasVariant: [one('d'), one('e', { name: 'Red mug' })] },
    one('f'),
  ]
  const { report, items } = await imported({
    'orders.csv': 'user,sku,time\nann,a,2024-05-01 10:00\n',
    'catalog.json': JSON.stringify({ '@graph': graph }),
  })
  expect(report.catalog).toMatchObject({ dropped: { 'parent of variations': 1 } })
  expect(report.shop).toMatchObject({ variants: 5 })
  expect(items.map(({ id, groupId }) => [id, groupId])).toEqual([
    ['a', 'g1'],
    ['b', 'g2'],
    ['c', '#g3'],
    ['d', 'g4'],
    ['e', 'g4'],
    ['f', undefined],
  ])
  expect(items[4]).toMatchObject({ title: 'Red mug', brand: 'House brand', price: 5 })
})

test('import reads a schema.org group with its variants, one group per line', async () => {
  const variants = ['a', 'b'].map((sku) => product(sku, offer('5.00', 'InStock')))
  const group = { '@type': 'ProductGroup', name: 'Mug', productGroupID: 'g', hasVariant: variants }
  const { items } = await imported({
    'orders.csv': 'user,sku,time\nann,a,2024-05-01 10:00\n',
    'catalog.jsonl': JSON.stringify(group),
  })
  expect(items.map(({ id, groupId, price }) => [id, groupId, price])).toEqual([
    ['a', 'g', 5],
    ['b', 'g', 5],
  ])
})
