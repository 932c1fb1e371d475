/** @module Servers that answer like the APIs of Shopify, WooCommerce and Medusa, in their documented forms. */
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Asked {
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Reply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Body: text, or a value that is sent as JSON. */
  readonly body?: unknown
  /** Whether the connection breaks in the middle of the body. */
  readonly isCut?: boolean
}

/** Starts a server. A request for which `give` returns undefined waits forever. */
export async function serve(give: (asked: Asked, nth: number) => Reply | undefined) {
  const asked: Asked[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { pathname: path, searchParams: query } = new URL(request.url ?? '', 'http://shop')
    const one = { path, query, headers: request.headers, body: Buffer.concat(chunks).toString() }
    const reply = give(one, asked.push(one) - 1)
    if (!reply) return
    const { status = 200, headers, body = '', isCut } = reply
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    if (isCut) response.write(text.slice(0, 20), () => response.destroy())
    else response.end(text)
  })
  await new Promise<void>((ready) => server.listen(0, 'localhost', ready))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { address: `http://localhost:${(server.address() as AddressInfo).port}`, asked }
}

export interface Shop {
  /** Number of products that the shop states; default: the number of `products`. */
  count?: number
  /** States that the shop reports for its bulk operation, one per request; absent if the shop can't start one. */
  bulk?: string[]
  products: readonly object[]
  orders: readonly object[]
}

const gid = (kind: string, id: number) => `gid://shopify/${kind}/${id}`

/** Page with the two entries after a cursor. */
function connection(all: readonly object[], after: unknown) {
  const from = after === null ? 0 : Number(String(after).slice(1))
  const nodes = all.slice(from, from + 2)
  const end = from + nodes.length
  return {
    nodes,
    pageInfo: { hasNextPage: end < all.length, endCursor: nodes.length > 0 ? `c${end}` : null },
  }
}

export const shopifyVariant = (id: number, more: object = {}) => ({
  ...{ id: gid('ProductVariant', id), sku: `SKU-${id}`, title: 'Default Title' },
  ...{ price: `${10 + id}.00`, availableForSale: true, ...more },
})

export const shopifyProduct = (id: number, variants: readonly object[], more: object = {}) => ({
  ...{ id: gid('Product', id), handle: `thing-${id}`, title: `Thing ${id}` },
  ...{ description: `About thing ${id}`, vendor: 'House', productType: '', status: 'ACTIVE' },
  ...{ createdAt: '2025-03-01T10:00:00Z', publishedAt: '2025-03-02T10:00:00Z' },
  category: { fullName: 'Home & Garden > Kitchen & Dining > Mugs' },
  featuredMedia: { preview: { image: { url: `https://cdn.shopify.com/${id}.jpg` } } },
  ...{ rating: null, reviews: null },
  variants,
  ...more,
})

export const shopifyLine = (variant: number, more: object = {}) => ({
  ...{ name: `Thing ${variant}`, sku: `SKU-${variant}`, vendor: 'House', currentQuantity: 1 },
  variant: { id: gid('ProductVariant', variant) },
  discountedUnitPriceSet: { shopMoney: { amount: `${10 + variant}.0`, currencyCode: 'EUR' } },
  ...more,
})

export const shopifyOrder = (id: number, lineItems: readonly object[], more: object = {}) => ({
  ...{ id: gid('Order', id), name: `#${1000 + id}`, cancelledAt: null, test: false },
  ...{ createdAt: `2026-05-${String(id).padStart(2, '0')}T10:00:00Z` },
  ...{ displayFinancialStatus: 'PAID', customer: { id: gid('Customer', 7) }, lineItems, ...more },
})

export const SHOPIFY_APP = 'client-id:client-secret'
const SHOPIFY_TOKEN = 'shpat_secret'

/** All products and variants in the sequence and form of a bulk operation's file. */
const bulkLines = ({ products }: Shop) =>
  products.flatMap((one) => {
    const { variants, ...product } = one as ReturnType<typeof shopifyProduct>
    return [product, ...variants.map((each) => ({ ...each, __parentId: product.id }))]
  })

function answerBulk(shop: Shop, query: string, host: string) {
  if (query.includes('bulkOperationRunQuery')) {
    const bulkOperation = shop.bulk ? { id: gid('BulkOperation', 1) } : null
    return { bulkOperationRunQuery: { bulkOperation, userErrors: [{ message: 'busy' }] } }
  }
  const status = shop.bulk?.shift() ?? 'COMPLETED'
  const objectCount = String(bulkLines(shop).length)
  return { node: { status, objectCount, url: `http://${host}/bulk.jsonl?signature=1` } }
}

/** Answers as Shopify's Admin API, to an app that has signed in. */
export function answerShopify(shop: Shop, { path, headers, body }: Asked): Reply {
  if (path === '/bulk.jsonl')
    return 'x-shopify-access-token' in headers
      ? { status: 400, body: 'a signed address gets no token' }
      : {
          body: bulkLines(shop)
            .map((line) => `${JSON.stringify(line)}\n`)
            .join(''),
        }
  if (path === '/admin/oauth/access_token') {
    const given = new URLSearchParams(body)
    const app = `${given.get('client_id')}:${given.get('client_secret')}`
    if (app !== SHOPIFY_APP || given.get('grant_type') !== 'client_credentials')
      return { status: 400, body: { error: 'invalid_client' } }
    return { body: { access_token: SHOPIFY_TOKEN, scope: 'read_products', expires_in: 86399 } }
  }
  if (headers['x-shopify-access-token'] !== SHOPIFY_TOKEN)
    return { status: 401, body: { errors: '[API] Invalid API key or access token' } }
  if (!/^\/admin\/api\/\d{4}-\d\d\/graphql\.json$/.test(path))
    return { status: 404, body: { errors: 'Not Found' } }
  const { query, variables } = JSON.parse(body) as {
    query: string
    variables: { id?: string; after: string | null }
  }
  if (/bulk/i.test(query)) return { body: { data: answerBulk(shop, query, headers.host ?? '') } }
  if (query.includes('productsCount'))
    return {
      body: {
        data: {
          shop: { currencyCode: 'EUR' },
          productsCount: { count: shop.count ?? shop.products.length },
        },
      },
    }
  const paged = (one: object, list: string, after: string | null = null) => ({
    ...one,
    [list]: connection((one as Record<string, readonly object[]>)[list], after),
  })
  const byId = (all: readonly object[]) => all.find((one) => 'id' in one && one.id === variables.id)
  const { after } = variables
  if (query.includes('product(id'))
    return { body: { data: { product: paged(byId(shop.products) ?? {}, 'variants', after) } } }
  if (query.includes('order(id'))
    return { body: { data: { order: paged(byId(shop.orders) ?? {}, 'lineItems', after) } } }
  const [name, list] = query.includes('products(')
    ? ['products', 'variants']
    : ['orders', 'lineItems']
  const found = connection(shop[name as 'products' | 'orders'], after)
  const nodes = found.nodes.map((one) => paged(one, list))
  return { body: { data: { [name]: { ...found, nodes } } } }
}

const wooBasics = (id: number) => ({
  ...{ id, sku: `SKU-${id}`, permalink: `https://shop.example/product/thing-${id}/` },
  ...{ status: 'publish', stock_status: 'instock', regular_price: `${10 + id}.00`, sale_price: '' },
  ...{ date_created_gmt: '2025-03-01T10:00:00' },
  ...{ date_on_sale_from_gmt: null, date_on_sale_to_gmt: null },
})

export const wooProduct = (id: number, more: object = {}) => ({
  ...{ ...wooBasics(id), name: `Thing ${id}`, type: 'simple', catalog_visibility: 'visible' },
  ...{ description: '', short_description: `<p>About thing ${id}</p>`, post_password: '' },
  ...{ categories: [{ id: 3, name: 'Mugs', slug: 'mugs' }], brands: [{ id: 8, name: 'House' }] },
  images: [{ id: 1, src: `https://shop.example/${id}.jpg` }],
  ...more,
})

export const wooVariation = (id: number, option: string, more: object = {}) => ({
  ...{ ...wooBasics(id), image: null, attributes: [{ id: 6, name: 'Colour', option }], ...more },
})

export const wooLine = (product: number, more: object = {}) => ({
  ...{ id: 1, name: `Thing ${product}`, product_id: product, variation_id: 0, quantity: 1 },
  ...{ sku: `SKU-${product}`, price: 10 + product, ...more },
})

export const wooOrder = (id: number, line_items: readonly object[], more: object = {}) => ({
  ...{ id, number: String(500 + id), status: 'completed', currency: 'EUR', line_items },
  ...{ date_created_gmt: `2026-05-${String(id).padStart(2, '0')}T10:00:00`, customer_id: 7 },
  ...{ billing: { email: 'ann@example.org' }, meta_data: [], ...more },
})

export const WOO_KEY = 'ck_key:cs_secret'
const CATEGORIES = [
  { id: 2, name: 'Kitchen &amp; more', parent: 0 },
  { id: 3, name: 'Mugs', parent: 2 },
]

/**
 * Answers as WooCommerce's REST API. The entries of a product's `variations` are served at the product's address for
 * variations.
 */
export function answerWoo(shop: Shop, { path, query, headers }: Asked): Reply {
  if (headers.authorization !== `Basic ${Buffer.from(WOO_KEY).toString('base64')}`)
    return { status: 401, body: { code: 'woocommerce_rest_cannot_view', message: 'Sorry' } }
  const asked = path.replace('/wp-json/wc/v3/', '')
  const [, parent] = /^products\/(\d+)\/variations$/.exec(asked) ?? []
  const variations = shop.products.find((one) => 'id' in one && one.id === Number(parent)) as
    | { variations?: readonly object[] }
    | undefined
  if (asked === 'data/currencies/current') return { body: { code: 'EUR', name: 'Euro' } }
  const all =
    asked === 'products/categories'
      ? CATEGORIES
      : parent
        ? variations?.variations
        : asked === 'products'
          ? shop.products
          : asked === 'orders'
            ? shop.orders
            : undefined
  if (!all) return { status: 404, body: { code: 'rest_no_route', message: 'No route was found' } }
  if (query.get('orderby') !== 'id' || query.get('order') !== 'asc') throw new Error('unordered')
  const skip = Number(query.get('offset'))
  const total = String(all.length)
  return { body: all.slice(skip, skip + 2), headers: { 'x-wp-total': total } }
}

const MEDUSA_CATEGORIES = [
  { id: 'pcat_1', name: 'Kitchen', parent_category_id: null },
  { id: 'pcat_2', name: 'Mugs', parent_category_id: 'pcat_1' },
]

export const medusaProduct = (id: number, variants: readonly object[], more: object = {}) => ({
  ...{ id: `prod_${id}`, title: `Thing ${id}`, handle: `thing-${id}`, thumbnail: null },
  ...{ description: `About thing ${id}`, created_at: '2025-03-01T10:00:00.000Z', collection: null },
  categories: [{ ...MEDUSA_CATEGORIES[1], parent_category: { id: 'pcat_1' } }],
  variants,
  ...more,
})

export const medusaVariant = (id: number, more: object = {}) => ({
  ...{ id: `variant_${id}`, sku: `SKU-${id}`, title: 'Default' },
  ...{ manage_inventory: true, allow_backorder: false, inventory_quantity: 5 },
  calculated_price: { calculated_amount: 10 + id, currency_code: 'eur' },
  ...more,
})

export const medusaItem = (variant: number, more: object = {}) => ({
  ...{ variant_id: `variant_${variant}`, variant_sku: `SKU-${variant}`, quantity: 1 },
  ...{ product_title: `Thing ${variant}`, unit_price: 10 + variant, ...more },
})

export const medusaOrder = (id: number, items: readonly object[], more: object = {}) => ({
  ...{ id: `order_${String(id).padStart(2, '0')}`, display_id: id, status: 'completed', items },
  ...{ created_at: `2026-05-${String(id).padStart(2, '0')}T10:00:00.000Z`, customer_id: 'cus_7' },
  ...{ payment_status: 'captured', currency_code: 'eur', ...more },
})

export const MEDUSA_KEY = 'sk_secret'

/**
 * Answers as the Store API of Medusa 2.21.2 to a publishable key, and as its Admin API to a secret key. As in real
 * answers, products have categories only if the request names `*categories`.
 */
export function answerMedusa(shop: Shop, { path, query, headers }: Asked): Reply {
  const isWhole = query.get('fields')?.split(',').includes('*categories')
  const lists: Record<string, readonly object[]> = {
    '/store/product-categories': MEDUSA_CATEGORIES,
    '/store/products': shop.products.map((one) =>
      isWhole ? one : { ...one, categories: undefined },
    ),
    '/admin/orders': shop.orders,
  }
  const all = lists[path]
  if (!all) return { status: 404, body: { message: 'Not Found' } }
  const isStore = path.startsWith('/store/')
  const key = `Basic ${Buffer.from(`${MEDUSA_KEY}:`).toString('base64')}`
  if (isStore && headers['x-publishable-api-key'] !== 'pk_public')
    return { status: 400, body: { type: 'not_allowed', message: 'Publishable API key required' } }
  if (!isStore && headers.authorization !== key)
    return { status: 401, body: { message: 'Unauthorized' } }
  if (query.get('order') !== 'id') throw new Error('unordered')
  const offset = Number(query.get('offset'))
  const page = { count: all.length, offset, limit: 2 }
  const name = path.replace(/^.*\//, '').replace('-', '_')
  return { body: { [name]: all.slice(offset, offset + 2), ...page } }
}
