/**
 * @module `tsx research/bench/ownShop.ts PRODUCTS OUT`: makes a shop to try the packages. From real products (JSON
 * lines of Icecat's fields) it makes a Google Merchant Center feed of the first 8,474. It adds 150,000 generated,
 * seeded events of shoppers with a few interests each: an order export in Shopify's format, and clicks as GA4 exports
 * them to BigQuery. In `catalog-N.json`, products new to a model are N per cent as many as known ones.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { createRandom } from '@nearside/core/model/random.ts'

interface Product {
  readonly id: string
  readonly title: string
  readonly short_description?: string
  readonly supplier: string
  readonly price: number
  readonly attr_t_product_type?: string
}

const KNOWN = 8474
const SHOPPERS = 7500
const LINES = 50_000
const CLICKS = 100_000
const FROM = Date.UTC(2024, 0, 1)
const SPAN = 300 * 86_400_000

const [given, out] = process.argv.slice(2)
const random = createRandom(18)
const products = gunzipSync(readFileSync(given))
  .toString()
  .trim()
  .split('\n')
  .map((line): Product => JSON.parse(line))
  .map((product) => ({ product, at: random.next() }))
  .sort((a, b) => a.at - b.at)
  .map(({ product }) => product)

/** Words for departments. A title's department is the word in it that most titles contain. */
const KINDS =
  'toner cartridge ink cable notebook laptop monitor display printer server switch adapter headset headphones battery ups memory drive processor motherboard camera case bag mouse keyboard projector phone tablet router mount rack power video network card software lamp watch'.split(
    ' ',
  )
const kindOf = ({ title }: Product) =>
  KINDS.find((kind) => title.toLowerCase().includes(kind)) ?? 'other'
const item = (product: Product) => ({
  id: product.id,
  title: product.title,
  description: product.short_description,
  price: product.price / 100,
  currency: 'EUR',
  category: kindOf(product),
  brand: product.supplier,
  available: true,
})

mkdirSync(out, { recursive: true })
for (const percent of [0, 5, 14, 60, 129]) {
  const some = products.slice(0, Math.round(KNOWN * (1 + percent / 100))).map(item)
  writeFileSync(join(out, `catalog-${percent}.json`), JSON.stringify(some))
}

const tab = (cells: readonly unknown[]) =>
  cells.map((it) => `${it}`.replace(/\s+/g, ' ')).join('\t')
const known = products.slice(0, KNOWN)
const feed = known.map(item).map((it) => {
  const { id, title, description = '', price, category, brand } = it
  return [
    id,
    title,
    description,
    `/p/${id}`,
    `${price.toFixed(2)} EUR`,
    'in_stock',
    category,
    brand,
  ]
})
const HEADER = 'id title description link price availability product_type brand'.split(' ')
writeFileSync(join(out, 'feed.tsv'), [HEADER, ...feed].map(tab).join('\n'))

const kinds = [...new Set(known.map(kindOf))]
const shelves = new Map(kinds.map((kind) => [kind, known.filter((it) => kindOf(it) === kind)]))
const shoppers = Array.from({ length: SHOPPERS }, () =>
  Array.from({ length: 3 }, () => kinds[random.integer(kinds.length)]),
)
const bought = new Map<number, Product[]>()
/** Picks a popular product; every fourth is one that the shopper already had. */
function pick(shopper: number): Product {
  const own = bought.get(shopper) ?? []
  if (own.length > 0 && random.next() < 0.25) return own[random.integer(own.length)]
  const shelf = shelves.get(shoppers[shopper][random.integer(3)]) ?? known
  return shelf[Math.floor(shelf.length * random.next() ** 3)]
}
/** Draws a shopper. A few shoppers are drawn far more often than the others. */
const someone = () => Math.floor(SHOPPERS * random.next() ** 1.5)

const cell = (text: unknown) => `"${`${text}`.replaceAll('"', '""')}"`
const ORDER =
  'Name,Email,Financial Status,Paid at,Currency,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Vendor,Cancelled at'
const orders = [ORDER]
for (let order = 1; orders.length <= LINES; order++) {
  const shopper = someone()
  const paid = new Date(FROM + SPAN * random.next()).toISOString()
  const lines = 1 + random.integer(4)
  for (let line = 0; line < lines; line++) {
    const product = pick(shopper)
    bought.set(shopper, [...(bought.get(shopper) ?? []), product])
    const head =
      line > 0 ? ['', '', '', '', ''] : [`s${shopper}@mail.example`, 'paid', paid, 'EUR', paid]
    const price = (product.price / 100).toFixed(2)
    const rest = [1, product.title, price, product.id, product.supplier, '']
    orders.push([`#${order}`, ...head, ...rest].map(cell).join())
  }
}
writeFileSync(join(out, 'orders.csv'), orders.join('\n'))

const clicks: string[] = []
for (let visit = 1; clicks.length < CLICKS; visit++) {
  const shopper = someone()
  let time = FROM + Math.floor(SPAN * random.next())
  for (let left = 1 + random.integer(6); left > 0; left--) {
    const { id, title, supplier, price } = pick(shopper)
    time += 5000 + random.integer(90_000)
    clicks.push(
      JSON.stringify({
        event_date: new Date(time).toISOString().slice(0, 10).replaceAll('-', ''),
        event_timestamp: `${time * 1000}`,
        event_name: random.next() < 0.1 ? 'add_to_cart' : 'view_item',
        event_params: [{ key: 'ga_session_id', value: { int_value: `${visit}` } }],
        user_id: `s${shopper}@mail.example`,
        user_pseudo_id: `GA1.${shopper}`,
        items: [
          { item_id: id, item_name: title, item_brand: supplier, price: price / 100, quantity: 1 },
        ],
      }),
    )
  }
}
writeFileSync(join(out, 'clicks.jsonl'), clicks.join('\n'))
