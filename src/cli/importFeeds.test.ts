import { describe, expect, test } from 'vitest'
import { imported, table } from './testImport.ts'

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
    const { report, items } = await imported({ ...ORDERS, 'catalog.xml': xml })
    expect(report.catalog?.layout).toBe('Google Merchant Center feed')
    expect(items).toEqual(EXPECTED)
  })

  test('a feed as tab-separated text', async () => {
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
  const { report, items } = await imported({ 'orders.csv': orders, 'catalog.json': document })
  expect(report.catalog?.layout).toBe('schema.org products')
  const a = { id: 'a', title: 'Item a', brand: 'House brand', category: 'Kitchen', price: 5 }
  expect(items).toEqual([
    { ...a, image: 'https://a.example/1.jpg', currency: 'EUR', available: true },
    { id: 'b', title: 'Item b', price: 7.5, currency: 'EUR', available: false },
  ])
})
