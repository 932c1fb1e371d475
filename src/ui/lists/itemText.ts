/** @module Texts of an item's default card, with React and without. */
import type { Item } from '@nearside/core/catalog/item.ts'

/** Price in the format of the shop's locale. @param locale BCP 47 */
export function priceText({ price = 0, currency }: Item, locale: string): string {
  const style = currency ? ({ style: 'currency', currency } as const) : { minimumFractionDigits: 2 }
  return new Intl.NumberFormat(locale, style).format(price)
}
