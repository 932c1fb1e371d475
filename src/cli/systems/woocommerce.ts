/**
 * @module Reads a WooCommerce shop from its REST API, in the columns of WooCommerce's own exports. Orders come without
 * names and addresses. `url` is the shop's home page.
 * @see https://woocommerce.github.io/woocommerce-rest-api-docs/
 */
import { isRecord } from '@nearside/core/isRecord.ts'
import type { Read } from '@nearside/core/reading.ts'
import { askRest, readersOf, refusal, type ShopApi, TOKEN, tokenOf } from './ask.ts'
import { type Page, readPages, readPaths } from './pages.ts'

const RIGHTS =
  'it must be CONSUMER_KEY:CONSUMER_SECRET of a REST API key with the permission Read, of a shop manager'

const { anyText, each, number, object, optional, orNull, whole } = readersOf('WooCommerce REST')
const id = whole(0, Number.MAX_SAFE_INTEGER)
const picture = object({ src: anyText })
const pictureOrNull: Read<ReturnType<typeof picture> | null> = (value, what) =>
  isRecord(value) ? picture(value, what) : null
const priced = {
  ...{ id, sku: anyText, permalink: anyText, status: anyText, stock_status: anyText },
  ...{ regular_price: anyText, sale_price: anyText, date_created_gmt: orNull(anyText) },
  ...{ date_on_sale_from_gmt: orNull(anyText), date_on_sale_to_gmt: orNull(anyText) },
}
const readProduct = object({
  ...{ ...priced, name: anyText, type: anyText, catalog_visibility: anyText },
  ...{ description: anyText, short_description: anyText, post_password: optional(anyText) },
  ...{
    categories: each(object({ id })),
    ...{ average_rating: optional(anyText), rating_count: optional(whole(0, 1e9)) },
    brands: optional(each(object({ name: anyText }))),
    images: each(picture),
  },
})
const readVariation = object({
  ...{ ...priced, image: pictureOrNull },
  attributes: each(object({ name: anyText, option: anyText })),
})
const line = object({
  ...{ name: anyText, product_id: id, variation_id: id, quantity: number() },
  ...{ sku: orNull(anyText), price: number() },
})
const readOrder = object({
  ...{ id, number: anyText, status: anyText, currency: anyText, date_created_gmt: anyText },
  ...{ customer_id: id, billing: object({ email: optional(anyText) }), line_items: each(line) },
  meta_data: each(object({ key: anyText, value: (value: unknown) => value })),
})
const readCategory = object({ id, name: anyText, parent: id })
/** Order fields that the import needs; of `billing`, only the e-mail address. */
const ORDER_FIELDS =
  'id,number,status,currency,date_created_gmt,customer_id,billing.email,line_items,meta_data'

/**
 * Yields a row for each product and variation. The import leaves out parent products, and products that the shop
 * doesn't show.
 */
export async function* products(api: ShopApi) {
  const shop = signIn(api)
  const { code } = await shop.one('data/currencies/current', object({ code: anyText }))
  const categories = shop.all('products/categories', {}, readCategory)
  const pathTo = await readPaths(categories, ({ parent }) => parent)
  for await (const product of shop.all('products', { status: 'publish' }, readProduct)) {
    const { name, type, images } = product
    yield {
      ...rowOf(product, code),
      Type: type,
      Name: plain(name),
      Published: product.status === 'publish' && !product.post_password ? 1 : 0,
      'Visibility in catalog': product.catalog_visibility,
      'Short description': product.short_description,
      Description: product.description,
      // The path is written as WooCommerce's export does: `Kitchen > Mugs`.
      Categories: pathTo(product.categories[0]?.id).map(plain).join(' > '),
      Brands: plain(product.brands?.[0]?.name ?? ''),
      Images: images[0]?.src,
      Rating: product.average_rating,
      'Rating count': product.rating_count,
    }
    if (!/^variable/.test(type)) continue
    for await (const one of shop.all(`products/${product.id}/variations`, {}, readVariation)) {
      const options = one.attributes.map(({ option }) => plain(option)).filter(Boolean)
      yield {
        ...rowOf(one, code),
        Type: 'variation',
        Name: [plain(name), options.join(', ')].filter(Boolean).join(' - '),
        Published: one.status === 'publish' ? 1 : 0,
        Images: one.image?.src,
        Parent: `id:${product.id}`,
      }
    }
  }
}

/**
 * Yields a row for each order line, also of cancelled, refunded and test orders: the import drops the rows of such
 * orders.
 */
export async function* orders(api: ShopApi) {
  const query = { status: 'any', _fields: ORDER_FIELDS }
  for await (const order of signIn(api).all('orders', query, readOrder))
    for (const { name, sku, quantity, price, variation_id, product_id } of order.line_items)
      yield {
        'Order Number': order.number,
        // The import drops orders with this status, which were never paid.
        'Order Status': order.status === 'pending' ? 'pending payment' : order.status,
        'Order Date': `${order.date_created_gmt}Z`,
        'Customer ID': order.customer_id || order.billing.email?.toLowerCase(),
        'Item Name': plain(name),
        'Item SKU': sku || variation_id || product_id,
        'Item Quantity': quantity,
        'Item Cost': price,
        Currency: order.currency,
        Test: order.meta_data.some(isTest),
      }
}

/** Whether a meta field of an order says that it is a test order, as WooPayments or PayPal Payments write it. */
const isTest = ({ key, value }: { readonly key: string; readonly value: unknown }) =>
  (key === '_wcpay_mode' && value === 'test') ||
  (key === '_ppcp_paypal_payment_mode' && value === 'sandbox')

function rowOf(
  one: Readonly<Omit<ReturnType<typeof readVariation>, 'image' | 'attributes'>>,
  currency: string,
) {
  const utc = (time: string | null) => time && `${time}Z`
  return {
    ID: one.id,
    SKU: one.sku,
    'Regular price': one.regular_price,
    'Sale price': one.sale_price,
    'Date sale price starts': utc(one.date_on_sale_from_gmt),
    'Date sale price ends': utc(one.date_on_sale_to_gmt),
    'In stock?': one.stock_status === 'outofstock' ? 0 : 1,
    'Date created': utc(one.date_created_gmt),
    Permalink: one.permalink,
    Currency: currency,
  }
}

/** Plain text of a name, in which WordPress replaces some characters by HTML entities. */
const plain = (name: string) =>
  name
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')

/** Makes functions that send requests with the API's key: for one object, and for a list, page by page. */
function signIn(api: ShopApi) {
  const { origin, pathname } = new URL(api.url)
  const home = origin + pathname.replace(/\/(wp-json\/.*)?$/, '')
  const key = Buffer.from(tokenOf(api, RIGHTS)).toString('base64')
  const get = async (path: string, query: Readonly<Record<string, string>>) => {
    const url = `${home}/wp-json/wc/v3/${path}?${new URLSearchParams(query)}`
    const { value, headers } = await askRest(api, {
      ...{ url, isSecret: true, headers: { authorization: `Basic ${key}` } },
      ifRefused: `the shop doesn't accept ${TOKEN}: ${RIGHTS}`,
    })
    return { value, headers, url }
  }
  return {
    async one<T>(path: string, read: Read<T>) {
      return read((await get(path, {})).value, path)
    },
    all<T extends { readonly id: number }>(
      path: string,
      query: Readonly<Record<string, string>>,
      read: Read<T>,
    ) {
      const readList = each(read)
      return readPages(async (skip): Promise<Page<T>> => {
        const page = { orderby: 'id', order: 'asc', per_page: '100', offset: String(skip) }
        const { value, headers, url } = await get(path, { ...query, ...page })
        const total = headers.get('x-wp-total') ?? ''
        if (!/^\d+$/.test(total)) throw refusal(url, 'the header X-WP-Total is missing')
        return { items: readList(value, path), totalItems: Number(total) }
      })
    },
  }
}
