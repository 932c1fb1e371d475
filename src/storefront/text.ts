/**
 * @module Formats prices, counts and dates in the current language. In English, this module's own code formats pounds
 * and counts: the first `Intl` format of a page blocks a desktop browser for 20 ms and a slow phone for 100 ms.
 */
import { inUse } from './words/words.ts'

const formats = new Map<string, Intl.NumberFormat>()
const byHand = () => inUse().locale === 'en-GB'

function format(value: number, options: Intl.NumberFormatOptions): string {
  const { locale } = inUse()
  const key = locale + JSON.stringify(options)
  const made = formats.get(key) ?? new Intl.NumberFormat(locale, options)
  formats.set(key, made)
  return made.format(value)
}

/** Formats a whole number for a message. @example count(3659) // "3,659" */
export const count = (whole: number): string =>
  byHand() ? String(whole).replace(/\B(?=(\d{3})+$)/g, ',') : format(whole, {})

/** @example money(2.95) // "£2.95" */
export function money(amount: number, currency = 'GBP'): string {
  if (byHand() && currency === 'GBP' && amount >= 0) {
    const pence = Math.round(amount * 100)
    return `£${count(Math.floor(pence / 100))}.${String(pence % 100).padStart(2, '0')}`
  }
  return format(amount, { style: 'currency', currency })
}

/** @example pounds(3) // "£3" */
export const pounds = (whole: number): string =>
  byHand()
    ? `£${whole}`
    : format(whole, { style: 'currency', currency: 'GBP', maximumFractionDigits: 0 })

/**
 * Function that formats a value. The function creates the format when it is first used in a language, not while a
 * script loads.
 */
export function formatLater(
  make: (locale: string) => { format(value: number): string },
): (value: number) => string {
  const made = new Map<string, ReturnType<typeof make>>()
  return (value) => {
    const { locale } = inUse()
    const one = made.get(locale) ?? make(locale)
    made.set(locale, one)
    return one.format(value)
  }
}
