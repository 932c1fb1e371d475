/**
 * @module Prices, counts and dates as text. Pounds and thousands by hand: the first `Intl` format of a page
 * takes a browser 20 ms in one piece, and a slow phone a tenth of a second.
 */
const formats = new Map<string, Intl.NumberFormat>()

/** @example count(3659) // "3,659" */
export const count = (whole: number): string => String(whole).replace(/\B(?=(\d{3})+$)/g, ',')

/** @example money(2.95) // "£2.95" */
export function money(amount: number, currency = 'GBP'): string {
  if (currency === 'GBP' && amount >= 0) {
    const pence = Math.round(amount * 100)
    return `£${count(Math.floor(pence / 100))}.${String(pence % 100).padStart(2, '0')}`
  }
  let format = formats.get(currency)
  if (!format) {
    format = new Intl.NumberFormat('en-GB', { style: 'currency', currency })
    formats.set(currency, format)
  }
  return format.format(amount)
}

/** A format that is made when it is first needed, not while a script is being loaded. */
export function formatLater(
  make: () => { format(value: number): string },
): (value: number) => string {
  let made: ReturnType<typeof make> | null = null
  return (value) => {
    made ??= make()
    return made.format(value)
  }
}
