/** @module How an item is shown where the shop says nothing else, in React and without. */
import type { Item } from '../../core/catalog/item.ts'

/** As the shop's language writes it. @param locale BCP 47 */
export function priceText({ price = 0, currency }: Item, locale: string): string {
  const style = currency ? ({ style: 'currency', currency } as const) : { minimumFractionDigits: 2 }
  return new Intl.NumberFormat(locale, style).format(price)
}
