/** @module Prices as text. */
const formats = new Map<string, Intl.NumberFormat>()

/** @example money(2.95) // "£2.95" */
export function money(amount: number, currency = 'GBP'): string {
  let format = formats.get(currency)
  if (!format) {
    format = new Intl.NumberFormat('en-GB', { style: 'currency', currency })
    formats.set(currency, format)
  }
  return format.format(amount)
}
