/** @module Reduces a catalog to prices in one currency, because lists, rules and search compare prices as numbers. */
import type { Item } from './item.ts'

export function mainCurrency(items: readonly Item[]): string | undefined {
  const counts = new Map<string, number>()
  for (const { currency } of items)
    if (currency) counts.set(currency, (counts.get(currency) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0]
}

export function inOneCurrency<TItem extends Item>(items: readonly TItem[]): readonly TItem[] {
  const main = mainCurrency(items)
  return items.map((item) =>
    (item.currency ?? main) === main
      ? item
      : { ...item, price: undefined, sale: undefined, regularPrice: undefined },
  )
}

/** Error message about the prices that `inOneCurrency` removes; null if there are none. */
export function currencyFault(items: readonly Item[]): string | null {
  const main = mainCurrency(items)
  const others = items.filter(({ currency = main }) => currency !== main)
  if (others.length === 0) return null
  const [{ id, currency }] = others
  return `${others.length} products have no price, because their price is not in ${main} (${id}: ${currency}): publish a catalog for each currency.`
}
