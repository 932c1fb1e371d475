/**
 * @module Adapter for Shopify's standard storefront events, which themes dispatch in the page since 2026. The events
 * name variants and cart lines by ids; the adapter remembers which product and SKU a variant has.
 * @see https://shopify.dev/docs/api/storefront-events-and-actions/events
 */
import type { CaptureInput } from '../api.ts'
import { type Fields, fieldsOf, type Line, linesOf, listOf, textOf } from './read.ts'

/** Returns `12` for `gid://shopify/ProductVariant/12`, and a cart line's key such as `12:abc` unchanged. */
const numberOf = (id: unknown) => textOf(id)?.replace(/^gid:\/\/shopify\/\w+\/|\?.*$/g, '')

const entriesOf = (list: unknown) => listOf(fieldsOf(list).nodes ?? list).map(fieldsOf)

/** Captures the storefront events until the returned function is called. @param id kind of id that the catalog uses */
export function followStorefront(
  receiver: { capture(input: CaptureInput): unknown },
  target: EventTarget,
  id: string,
): () => void {
  const variants = new Map<string, Fields>()
  /** Map from a cart line's number to the number of its variant. */
  const inLine = new Map<string, string>()
  let searched: string | undefined

  const remember = (variant: unknown, product: unknown): Fields => {
    const { id: variantId, sku } = fieldsOf(variant)
    const { id: productId, handle } = fieldsOf(product)
    const number = numberOf(variantId) ?? ''
    const known = variants.get(number) ?? {}
    const ids = {
      variant: number || undefined,
      product: numberOf(productId) ?? known.product,
      sku: textOf(sku) ?? known.sku,
      // If no variant is selected, the handle stands for all variants, because `nearside import` groups variants by
      // handle.
      handle: textOf(handle) ?? known.handle,
    }
    if (number) variants.set(number, ids)
    return ids
  }
  const rememberCart = (cart: unknown) => {
    for (const { id: line, merchandise } of entriesOf(fieldsOf(cart).lines)) {
      const { variant } = remember(merchandise, fieldsOf(merchandise).product)
      const key = numberOf(line)
      if (key && variant) inLine.set(key, String(variant))
    }
  }
  const lineFor = (ids: Fields, quantity?: unknown, price?: unknown): readonly Line[] =>
    linesOf(ids[id] ?? ids.handle ?? ids.variant, quantity, price)

  const onProduct = ({ context, product }: Fields) => {
    // In every other `context`, the event reports a product card in a list; seeing a card is not a view.
    if (context !== 'page' && context !== 'dialog') return
    const { selectedVariant } = fieldsOf(product)
    const { amount } = fieldsOf(fieldsOf(selectedVariant).price)
    const items = lineFor(remember(selectedVariant, product), undefined, amount)
    receiver.capture({ name: 'view_item', items })
  }
  const onSearch = ({ search }: Fields) => {
    const search_term = textOf(fieldsOf(search).query)
    // Shopify also sends a search event if only a filter has changed.
    if (search_term !== undefined && search_term !== searched)
      receiver.capture({ name: 'search', search_term })
    searched = search_term
  }
  const onLines = async ({ action, lines, promise }: Fields) => {
    const result = fieldsOf(await promise)
    if (listOf(result.userErrors).length > 0 || fieldsOf(result.detail).didError === true) return
    const changed = listOf(lines).map(fieldsOf)
    const before = new Map(inLine)
    rememberCart(result.cart)
    const idsOf = (number = '') => variants.get(number) ?? { variant: number || undefined }
    const items = changed.flatMap(({ id: line, merchandiseId, quantity }) => {
      if (action === 'add') return lineFor(idsOf(numberOf(merchandiseId)), quantity)
      if (action !== 'remove' && quantity !== 0) return []
      const key = numberOf(line) ?? ''
      return lineFor(idsOf(before.get(key) ?? /^(\d+):/.exec(key)?.[1]))
    })
    const name = action === 'add' ? 'add_to_cart' : 'remove_from_cart'
    if (items.length > 0) receiver.capture({ name, items })
  }

  const takers: Readonly<Record<string, (event: Fields) => unknown>> = {
    'shopify:product:view': onProduct,
    'shopify:search:update': onSearch,
    'shopify:cart:view': ({ cart }) => rememberCart(cart),
    'shopify:cart:lines-update': onLines,
  }
  const take = async (event: Event) => {
    try {
      await takers[event.type](fieldsOf(event))
    } catch {
      // A failed change of the cart, or an event in another form, is not captured.
    }
  }
  for (const name of Object.keys(takers)) target.addEventListener(name, take)
  return () => {
    for (const name of Object.keys(takers)) target.removeEventListener(name, take)
  }
}
