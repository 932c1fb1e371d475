/**
 * @module Reads a Shopify shop from its Admin API, in the columns of Shopify's own exports. Orders come without names
 * and addresses. `url` is the shop's (`https://SHOP.myshopify.com`), or that of another API version's endpoint.
 * @see https://shopify.dev/docs/api/admin-graphql
 */
import { isRecord } from '@nearside/core/isRecord.ts'
import { jsonOrNull, type Read } from '@nearside/core/reading.ts'
import { ask, askGraphql, readersOf, refusal, type ShopApi, TOKEN, tokenOf } from './ask.ts'
import { type Connection, readConnection } from './pages.ts'
import { readBulk } from './shopifyBulk.ts'

const API = '/admin/api/2026-07/graphql.json'
const RIGHTS =
  'it must be CLIENT_ID:CLIENT_SECRET of your app, or its access token, with the scopes read_products and, for orders, read_orders and read_customers (read_all_orders for orders older than 60 days)'

// A page of 13 products with 30 variants, or of 10 orders with 20 lines, costs at most 1,000 points, the limit of a
// query.
const PAGE = 'pageInfo { hasNextPage endCursor }'
const VARIANT = 'id sku title price compareAtPrice availableForSale'
const VARIANTS = `nodes { ${VARIANT} } ${PAGE}`
const PRODUCT = `id handle title description vendor productType status createdAt publishedAt
    category { fullName } featuredMedia { preview { image { url } } }
    rating: metafield(namespace: "reviews", key: "rating") { value }
    reviews: metafield(namespace: "reviews", key: "rating_count") { value }`
const SHOP = `{ shop { currencyCode } productsCount(query: "status:active") { count } }`
const PRODUCTS = `query ($after: String) {
  products(first: 13, after: $after, sortKey: ID, query: "status:active") { ${PAGE} nodes {
    ${PRODUCT} variants(first: 30) { ${VARIANTS} } } } }`
/** Bulk query for all products in one file, with each variant below its product. */
const BULK = `{ products(query: "status:active") { edges { node { ${PRODUCT}
  variants { edges { node { ${VARIANT} } } } } } } }`
const MORE_VARIANTS = `query ($id: ID!, $after: String) {
  product(id: $id) { variants(first: 250, after: $after) { ${VARIANTS} } } }`
const LINES = `nodes { name sku vendor currentQuantity variant { id }
  discountedUnitPriceSet { shopMoney { amount currencyCode } } } ${PAGE}`
const ORDERS = `query ($after: String) {
  orders(first: 10, after: $after, sortKey: ID) { ${PAGE} nodes {
    id name createdAt cancelledAt test displayFinancialStatus customer { id }
    lineItems(first: 20) { ${LINES} } } } }`
const MORE_LINES = `query ($id: ID!, $after: String) {
  order(id: $id) { lineItems(first: 100, after: $after) { ${LINES} } } }`

const { anyText, each, object, oneOf, orNull, whole } = readersOf('Shopify')
const bool = oneOf(true, false)
const pageInfo = object({ hasNextPage: bool, endCursor: orNull(anyText) })
const connection = <T>(node: Parameters<typeof each<T>>[0]) =>
  object<Connection<T>>({ nodes: each(node), pageInfo })
const variant = object({
  ...{ id: anyText, sku: orNull(anyText), title: anyText, price: anyText },
  ...{ compareAtPrice: orNull(anyText), availableForSale: bool },
})
const variants = connection(variant)
/** Standard metafield, which apps for reviews fill. */
const metafield = orNull(object({ value: anyText }))
const productMembers = {
  ...{ id: anyText, handle: anyText, title: anyText, description: anyText, vendor: anyText },
  ...{ productType: anyText, status: anyText, createdAt: anyText, publishedAt: orNull(anyText) },
  category: orNull(object({ fullName: anyText })),
  featuredMedia: orNull(
    object({ preview: orNull(object({ image: orNull(object({ url: anyText })) })) }),
  ),
  ...{ rating: metafield, reviews: metafield },
}
const product = object(productMembers)
const money = object({ shopMoney: object({ amount: anyText, currencyCode: anyText }) })
const lineItems = connection(
  object({
    ...{ name: anyText, sku: orNull(anyText), vendor: orNull(anyText) },
    ...{ currentQuantity: whole(0, 1e9), variant: orNull(object({ id: anyText })) },
    discountedUnitPriceSet: money,
  }),
)
const order = object({
  ...{ id: anyText, name: anyText, createdAt: anyText, cancelledAt: orNull(anyText) },
  ...{ test: bool, displayFinancialStatus: orNull(anyText) },
  ...{ customer: orNull(object({ id: anyText })), lineItems },
})
const readShop = object({
  shop: object({ currencyCode: anyText }),
  productsCount: object({ count: whole(0, 1e9) }),
})
const readProducts = object({ products: connection(object({ ...productMembers, variants })) })
const readOrders = object({ orders: connection(order) })

/**
 * Number at the end of an id such as `gid://shopify/ProductVariant/12`; storefronts and exports use only this number.
 */
const numberOf = (id: string | undefined) => id?.replace(/^.*\//, '')

/** Number of products from which a bulk operation is faster than reading page by page. */
const MANY = 1000

/** Yields a row for each variant. The import leaves out products that the online store doesn't show. */
export async function* products(given: ShopApi) {
  const { api, access, askShop } = await signIn(given)
  const { shop, productsCount } = await askShop(SHOP, readShop)
  const row = (product: Product, variant: Variant) =>
    rowOf(product, variant, shop.currencyCode, api.now())
  const bulk = productsCount.count >= MANY ? await readBulk(api, access, BULK) : null
  if (bulk) {
    const byId = new Map<string, Product>()
    const isVariant = (one: object) => '__parentId' in one
    for (const one of bulk) if (!isVariant(one)) byId.set(String(one.id), product(one, 'product'))
    for (const one of bulk.filter(isVariant)) {
      const parent = byId.get(String(one.__parentId))
      if (parent) yield row(parent, variant(one, 'variant'))
    }
    return
  }
  const readPage = async (after: string | null) =>
    (await askShop(PRODUCTS, readProducts, { after })).products
  for await (const product of readConnection(readPage)) {
    const { id } = product
    const read = object({ product: object({ variants }) })
    const more = async (after: string | null) =>
      (await askShop(MORE_VARIANTS, read, { id, after })).product.variants
    for await (const variant of readConnection(more, product.variants)) yield row(product, variant)
  }
}

type Variables = Parameters<typeof askGraphql>[1]['variables']
type Product = ReturnType<typeof product>
type Variant = ReturnType<typeof variant>

function rowOf(product: Product, variant: Variant, currency: string, now: number) {
  const { publishedAt } = product
  return {
    'URL handle': product.handle,
    Title: product.title,
    'Option1 value': variant.title,
    Description: product.description,
    Vendor: product.vendor,
    Type: product.productType,
    'Product category': product.category?.fullName,
    Status: product.status,
    'Published on online store': publishedAt !== null && Date.parse(publishedAt) <= now,
    'Created at': product.createdAt,
    SKU: variant.sku,
    'Variant ID': numberOf(variant.id),
    Price: variant.price,
    'Compare-at price': variant.compareAtPrice,
    Currency: currency,
    Available: variant.availableForSale,
    'Product image URL': product.featuredMedia?.preview?.image?.url,
    Rating: ratingOf(product),
    'Rating count': product.reviews?.value,
  }
}

/** Rating of at most 5, from a metafield such as `{"value":"9.2","scale_min":"1.0","scale_max":"10.0"}`. */
function ratingOf({ rating }: Product): number | undefined {
  const read = jsonOrNull(rating?.value ?? '')
  if (!isRecord(read)) return undefined
  return Number(read.value) * (5 / Number(read.scale_max)) || undefined
}

/**
 * Yields a row for each order line, also of cancelled, refunded and test orders: the import drops the rows of such
 * orders.
 */
export async function* orders(given: ShopApi) {
  const { askShop } = await signIn(given)
  const readPage = async (after: string | null) =>
    (await askShop(ORDERS, readOrders, { after })).orders
  for await (const order of readConnection(readPage)) {
    const { id } = order
    const read = object({ order: object({ lineItems }) })
    const more = async (after: string | null) =>
      (await askShop(MORE_LINES, read, { id, after })).order.lineItems
    for await (const line of readConnection(more, order.lineItems)) {
      const { amount, currencyCode } = line.discountedUnitPriceSet.shopMoney
      yield {
        Name: order.name,
        'Customer ID': numberOf(order.customer?.id),
        'Financial Status': order.displayFinancialStatus,
        'Created at': order.createdAt,
        'Cancelled at': order.cancelledAt,
        Test: order.test,
        'Lineitem name': line.name,
        'Lineitem sku': line.sku,
        'Variant ID': numberOf(line.variant?.id),
        'Lineitem quantity': line.currentQuantity,
        'Lineitem price': amount,
        Currency: currencyCode,
        Vendor: line.vendor,
      }
    }
  }
}

/** Prepares the requests. An app's id and secret are exchanged for a token that lasts a day. */
async function signIn(given: ShopApi) {
  const { origin, pathname } = new URL(given.url)
  const api = { ...given, url: origin + (pathname.length > 1 ? pathname : API) }
  const ifRefused = `the shop doesn't accept ${TOKEN}: ${RIGHTS}`
  const use = (token: string) => {
    const access = { ifRefused, secret: { 'x-shopify-access-token': token } }
    const askShop = <T>(query: string, read: Read<T>, variables?: Variables) =>
      askGraphql(api, { query, variables, read, ...access })
    return { api, access, askShop }
  }
  const [client_id, client_secret] = tokenOf(given, RIGHTS).split(':')
  if (client_secret === undefined) return use(client_id)
  const grant = { grant_type: 'client_credentials', client_id, client_secret }
  const url = `${origin}/admin/oauth/access_token`
  const { value, status } = await ask(api, {
    ...{ url, ifRefused, isSecret: true, body: new URLSearchParams(grant).toString() },
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
  })
  // Shopify answers a wrong id or secret with status 400.
  if (status !== 200) throw refusal(url, `access is refused (status ${status}): ${ifRefused}`)
  return use(object({ access_token: anyText })(value, url).access_token)
}
