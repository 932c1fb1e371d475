/**
 * @module Reads a Vendure shop: public products from its Shop API, and orders without names and addresses from its
 * Admin API. Parameters of the shop's address choose the channel (`vendure-token`), `languageCode` and `currencyCode`.
 * @see https://docs.vendure.io/reference/graphql-api/shop/queries
 */
import type { Read } from '@nearside/core/reading.ts'
import { askGraphql, readersOf, type ShopApi, TOKEN, tokenOf } from './ask.ts'
import { type Page, readPages, readPaths } from './pages.ts'

const FACETS = 'facetValues { name facet { code } }'
const VARIANT = `id sku name createdAt price priceWithTax currencyCode stockLevel featuredAsset { preview } ${FACETS}`
const COLLECTIONS = `query ($skip: Int!) {
  collections(options: { skip: $skip, sort: { id: ASC } }) { totalItems items { id name parentId } } }`
// Without "take", Vendure sends as many products as it allows.
const PRODUCTS = `query ($skip: Int!) {
  products(options: { skip: $skip, sort: { id: ASC } }) { totalItems items {
    id slug description featuredAsset { preview } collections { id } ${FACETS} variants { ${VARIANT} } } } }`
const ORDERS = `query ($skip: Int!) {
  orders(options: { skip: $skip, take: 100, sort: { orderPlacedAt: ASC, id: ASC },
    filter: { active: { eq: false }, orderPlacedAt: { isNull: false } } }) { totalItems items {
    id code type state orderPlacedAt currencyCode aggregateOrderId customer { id }
    payments { state amount refunds { state total } }
    lines { quantity discountedUnitPrice discountedUnitPriceWithTax productVariant { id sku name } } } } }`

const { anyText, each, number, object, orNull, whole } = readersOf('Vendure')
const pageOf = <T>(name: string, entry: Read<T>): Read<Page<T>> => {
  const read = object({
    [name]: object<Page<T>>({ items: each(entry), totalItems: whole(0, 1e9) }),
  })
  return (value, what) => read(value, what)[name]
}

const asset = orNull(object({ preview: anyText }))
const facetValues = each(object({ name: anyText, facet: object({ code: anyText }) }))
const about = { id: anyText, sku: anyText, name: anyText }
const readCollections = pageOf(
  'collections',
  object({ id: anyText, name: anyText, parentId: anyText }),
)
const variant = object({
  ...{
    ...about,
    createdAt: anyText,
    price: number(),
    priceWithTax: number(),
    currencyCode: anyText,
  },
  ...{ stockLevel: anyText, featuredAsset: asset, facetValues },
})
const readProducts = pageOf(
  'products',
  object({
    ...{ id: anyText, slug: anyText, description: anyText, featuredAsset: asset, facetValues },
    ...{ collections: each(object({ id: anyText })), variants: each(variant) },
  }),
)
const refund = object({ state: anyText, total: number() })
const payment = object({ state: anyText, amount: number(), refunds: each(refund) })
const line = object({
  ...{ quantity: whole(0, 1e9), discountedUnitPrice: number() },
  ...{ discountedUnitPriceWithTax: number(), productVariant: object(about) },
})
const order = object({
  ...{
    id: anyText,
    code: anyText,
    type: anyText,
    state: anyText,
    orderPlacedAt: anyText,
    currencyCode: anyText,
  },
  ...{ aggregateOrderId: orNull(anyText), customer: orNull(object({ id: anyText })) },
  ...{ payments: orNull(each(payment)), lines: each(line) },
})
const readOrders = pageOf('orders', order)

/** Vendure stores money as hundredths in every currency, unless the shop has a `MoneyStrategy` of its own. */
const money = (amount: number) => amount / 100

/** Yields a row for each variant that the shop shows. */
export async function* products(api: ShopApi) {
  const ifRefused = 'the catalog is read from the Shop API, which needs no token'
  const collections = list(api, { query: COLLECTIONS, read: readCollections, ifRefused })
  const pathTo = await readPaths(collections, ({ parentId }) => parentId)
  for await (const product of list(api, { query: PRODUCTS, read: readProducts, ifRefused }))
    for (const { stockLevel, id, featuredAsset, ...variant } of product.variants) {
      const facets = [...variant.facetValues, ...product.facetValues].reverse()
      const [collection] = product.collections.flatMap(({ id }) => pathTo(id).slice(0, 1))
      yield {
        ...variant,
        productVariantId: id,
        // The prefix makes the product's id different from a variant's id with the same number.
        groupId: `product-${product.id}`,
        price: money(variant.price),
        priceWithTax: money(variant.priceWithTax),
        // The shop's `StockDisplayStrategy` makes this text: a word such as OUT_OF_STOCK, or a number.
        available: !/^(OUT_OF_STOCK|0|-\d+)$/.test(stockLevel),
        collection,
        facetValues: undefined,
        facet: Object.fromEntries(facets.map(({ name, facet }) => [facet.code, name])),
        description: product.description,
        image: (featuredAsset ?? product.featuredAsset)?.preview,
        url: `/product/${product.slug}`,
      }
    }
}

/** Yields a row for each line of the placed orders. The import leaves out cancelled and refunded lines. */
export async function* orders(api: ShopApi) {
  const token = tokenOf(api, RIGHTS)
  // Vendure's API keys are `id:secret`; sessions have no colon.
  const [name, value] = token.includes(':')
    ? ['vendure-api-key', token]
    : ['authorization', `Bearer ${token}`]
  const asked = {
    ...{ query: ORDERS, secret: { [name]: value }, read: readOrders },
    ifRefused: `the token in ${TOKEN} is not valid for this channel: ${RIGHTS}`,
  }
  const whole = new Set<string>()
  const parts: Order[] = []
  for await (const order of list(api, asked)) {
    if (order.type === 'Seller') parts.push(order)
    else yield* linesOf(order)
    whole.add(order.id)
  }
  // A marketplace splits its orders into one part per seller. The parts count only in a seller's channel, which lists
  // no whole orders.
  for (const part of parts) if (!whole.has(part.aggregateOrderId ?? '')) yield* linesOf(part)
}

const list = <T extends { readonly id: string }>(
  api: ShopApi,
  query: Omit<Parameters<typeof askGraphql<Page<T>>>[1], 'variables'>,
) => readPages((skip) => askGraphql(api, { ...query, variables: { skip } }))

const RIGHTS =
  'it must be an API key of a role with the permission ReadOrder, and authOptions.tokenMethod must contain api-key'

type Order = ReturnType<typeof order>

function linesOf({ code, state, orderPlacedAt, currencyCode, customer, payments, lines }: Order) {
  const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0)
  const paid = (payments ?? []).filter((one) => /^(Authorized|Settled)$/.test(one.state))
  const refunds = paid.flatMap((one) => one.refunds).filter((one) => one.state !== 'Failed')
  const back = sum(refunds.map(({ total }) => total))
  const isRefunded = back > 0 && back >= sum(paid.map(({ amount }) => amount))
  return lines.map(({ quantity, productVariant: { id, sku, name }, ...prices }) => ({
    orderCode: code,
    customerId: customer?.id,
    ...{ orderPlacedAt, currencyCode, productVariantId: id, sku, name, quantity },
    priceWithTax: money(prices.discountedUnitPriceWithTax),
    price: money(prices.discountedUnitPrice),
    state: isRefunded ? 'Refunded' : quantity === 0 ? 'Cancelled' : state,
  }))
}
