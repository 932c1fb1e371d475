/** @module A price as the shop's language writes it. */
import type { Item } from '../../core/catalog/item.ts'

/** @param locale BCP 47 */
export function priceText({ price = 0, currency }: Item, locale: string): string {
  const style = currency ? ({ style: 'currency', currency } as const) : { minimumFractionDigits: 2 }
  return new Intl.NumberFormat(locale, style).format(price)
}
