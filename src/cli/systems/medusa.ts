/**
 * @module Reads a Medusa shop: public products from its Store API, and orders without names and addresses from its
 * Admin API. `url` is the backend's address. For products, it needs the parameters `key` (the publishable API key),
 * `region_id` and `country_code`, which choose prices. Without `country_code`, Medusa gives no prices with tax.
 * @see https://docs.medusajs.com/api/store
 */
import type { Read } from '@nearside/core/reading.ts'
import { askRest, readersOf, type ShopApi, TOKEN, tokenOf } from './ask.ts'
import { type Page, readPages, readPaths } from './pages.ts'

// Medusa 2.21 leaves categories out if the request names single fields of them, or of their parents.
const PRODUCT_FIELDS =
  'id,title,handle,description,thumbnail,created_at,*categories,collection.title,' +
  'variants.id,variants.sku,variants.title,variants.manage_inventory,variants.allow_backorder,' +
  'variants.inventory_quantity,*variants.calculated_price'
const ORDER_FIELDS =
  'id,display_id,created_at,status,payment_status,currency_code,customer_id,items.variant_id,items.variant_sku,' +
  'items.product_title,items.quantity,items.unit_price,items.detail.return_received_quantity'
const RIGHTS = 'it must be a secret API key of a user who may read orders'

const { anyText, each, number, object, oneOf, orNull, record, whole } = readersOf('Medusa')
const bool = oneOf(true, false)
const price = object({
  ...{ calculated_amount: orNull(number()), currency_code: orNull(anyText) },
  calculated_amount_with_tax: orNull(number()),
  ...{ original_amount: orNull(number()), original_amount_with_tax: orNull(number()) },
})
const variant = object({
  ...{ id: anyText, sku: orNull(anyText), title: orNull(anyText), manage_inventory: bool },
  ...{ allow_backorder: bool, inventory_quantity: orNull(number()) },
  calculated_price: orNull(price),
})
const readProduct = object({
  ...{ id: anyText, title: anyText, handle: anyText, description: orNull(anyText) },
  ...{ thumbnail: orNull(anyText), created_at: anyText, variants: each(variant) },
  categories: orNull(each(object({ id: anyText }))),
  collection: orNull(object({ title: anyText })),
})
const readCategory = object({ id: anyText, name: anyText, parent_category_id: orNull(anyText) })
const item = object({
  ...{ variant_id: orNull(anyText), variant_sku: orNull(anyText), product_title: orNull(anyText) },
  ...{ quantity: whole(0, 1e9), unit_price: number() },
  detail: orNull(object({ return_received_quantity: orNull(number()) })),
})
const readOrder = object({
  ...{ id: anyText, display_id: whole(0, 1e12), created_at: anyText, status: anyText },
  ...{ payment_status: anyText, currency_code: anyText, customer_id: orNull(anyText) },
  items: each(item),
})

/** Yields a row for each variant that the shop sells. */
export async function* products(api: ShopApi) {
  const address = new URL(api.url)
  const key = address.searchParams.get('key') ?? ''
  address.searchParams.delete('key')
  const ifRefused =
    'add ?key=PUBLISHABLE_API_KEY&region_id=REGION&country_code=COUNTRY to the address'
  const request = { headers: { 'x-publishable-api-key': key }, isSecret: false, ifRefused }
  const tree = { fields: 'id,name,parent_category_id' }
  const categories = list(api, 'store/product-categories', tree, request, readCategory)
  const pathTo = await readPaths(categories, (one) => one.parent_category_id)
  const query = { fields: PRODUCT_FIELDS, ...Object.fromEntries(address.searchParams) }
  for await (const product of list(api, 'store/products', query, request, readProduct))
    for (const { id, sku, title, calculated_price: asked, ...stock } of product.variants) {
      const [category] = (product.categories ?? []).flatMap(({ id }) => pathTo(id).slice(0, 1))
      yield {
        ...{ productVariantId: id, sku, groupId: product.id, description: product.description },
        name: product.variants.length > 1 ? `${product.title} - ${title}` : product.title,
        priceWithTax: asked?.calculated_amount_with_tax ?? asked?.calculated_amount,
        compareAtPrice: asked?.original_amount_with_tax ?? asked?.original_amount,
        currencyCode: asked?.currency_code?.toUpperCase(),
        available:
          !stock.manage_inventory || stock.allow_backorder || (stock.inventory_quantity ?? 0) > 0,
        collection: category ?? product.collection?.title,
        ...{ image: product.thumbnail, url: `/products/${product.handle}` },
        createdAt: product.created_at,
      }
    }
}

/** Yields a row for each order line, even if it is cancelled or refunded: the import drops these rows. */
export async function* orders(api: ShopApi) {
  const key = Buffer.from(`${tokenOf(api, RIGHTS)}:`).toString('base64')
  const request = { headers: { authorization: `Basic ${key}` }, isSecret: true }
  const ifRefused = `the shop doesn't accept ${TOKEN}: ${RIGHTS}`
  const query = { fields: ORDER_FIELDS }
  for await (const order of list(api, 'admin/orders', query, { ...request, ifRefused }, readOrder))
    for (const { quantity, detail, ...line } of order.items) {
      const left = quantity - (detail?.return_received_quantity ?? 0)
      const [status] = [order.payment_status, order.status].filter((one) =>
        /^(canceled|refunded)$/.test(one),
      )
      yield {
        ...{ orderCode: String(order.display_id), orderPlacedAt: order.created_at },
        ...{ customerId: order.customer_id, currencyCode: order.currency_code.toUpperCase() },
        ...{ productVariantId: line.variant_id, sku: line.variant_sku, name: line.product_title },
        ...{ quantity: left, priceWithTax: line.unit_price },
        state: status ?? (left > 0 ? order.status : 'canceled'),
      }
    }
}

function list<T extends { readonly id: string }>(
  api: ShopApi,
  path: string,
  query: Readonly<Record<string, string>>,
  request: Pick<Parameters<typeof askRest>[1], 'headers' | 'isSecret' | 'ifRefused'>,
  read: Read<T>,
) {
  const name = path.replace(/^.*\//, '')
  const { origin, pathname } = new URL(api.url)
  return readPages(async (skip): Promise<Page<T>> => {
    const page = new URLSearchParams({ ...query, order: 'id', limit: '100', offset: String(skip) })
    const url = `${origin}${pathname.replace(/\/$/, '')}/${path}?${page}`
    const { value } = await askRest(api, { url, ...request })
    const { count, [name.replace('-', '_')]: items } = record((one: unknown) => one)(value, path)
    return { items: each(read)(items, path), totalItems: whole(0, 1e9)(count, path) }
  })
}
