/** @module Reads prices in a query: "under £5", "£5 to £10", "£2.95". */

type PriceTest = (price: number) => boolean

const AMOUNT = '(\\d+(?:,\\d{3})*(?:\\.\\d{1,2})?)(?![\\d.]*\\p{L})'
/** Without a currency, a number is a price only at the end of the query: "under 5 years" names no price. */
const ANY = `(?:[£$€]\\s?${AMOUNT}|${AMOUNT}\\s*(?:pounds?\\b|quid\\b|$))`
const SURE = `[£$€]\\s?${AMOUNT}`

/** Tolerance for rounding, half a penny. */
const SAME = 0.005

const FORMS: readonly (readonly [RegExp, (a: number, b: number) => PriceTest])[] = [
  [
    new RegExp(`(?:between |from )?${SURE}\\s*(?:-|–|to|and)\\s*[£$€]?\\s?${AMOUNT}`, 'iu'),
    (a, b) => (price) => price > Math.min(a, b) - SAME && price < Math.max(a, b) + SAME,
  ],
  [
    new RegExp(`(?:under|below|less than|cheaper than|<)\\s*${ANY}`, 'iu'),
    (a) => (price) => price < a - SAME,
  ],
  [new RegExp(`(?:up to|at most|max)\\s*${ANY}`, 'iu'), (a) => (price) => price < a + SAME],
  [new RegExp(`(?:over|above|more than|>)\\s*${ANY}`, 'iu'), (a) => (price) => price > a + SAME],
  [new RegExp(SURE, 'iu'), (a) => (price) => Math.abs(price - a) < SAME],
]

/** @returns the query without its price; null if it names no price */
export function takePrice(
  query: string,
): { readonly rest: string; readonly fits: PriceTest } | null {
  for (const [form, test] of FORMS) {
    const found = form.exec(query)
    if (!found) continue
    const amounts = found.slice(1).filter((part) => part !== undefined)
    const [a, b] = amounts.map((amount) => Number(amount.replaceAll(',', '')))
    return { rest: query.replace(found[0], ' '), fits: test(a, b) }
  }
  return null
}
