/** @module Reads the price condition of a query, in English and German: "under £5", "£5 to £10", "85p", "cheap". */

/** Price condition of a query. */
export interface PriceWish {
  /** Query without the price condition. */
  readonly rest: string
  readonly fits: (price: number) => boolean
  /** Distance of a price from the wished price; hits are sorted by it. Absent if the wish sets no order. */
  readonly distance?: (price: number) => number
}

type Wish = Omit<PriceWish, 'rest'>

const START = '(?<![\\p{L}\\p{N}])'
const END = '(?![\\p{L}\\p{N}])'
const AMOUNT = '(\\d+(?:,\\d{3})*(?:[.,]\\d{1,2})?)'
const UNIT = `(?:[£$€]|(?:pounds?|quid|pfund|euros?)${END})`
/** An amount with its currency. */
const SURE = `(?:[£$€]\\s?${AMOUNT}(?![\\d.]*\\p{L})|${START}${AMOUNT}\\s?${UNIT})`
/** Without a currency, a number is a price only at the end of the query: "under 5 years" names no price. */
const ANY = `(?:${SURE}|${AMOUNT}\\s*$)`

/** Tolerance for rounding, half a penny. */
const SAME = 0.005
/** Maximum relative difference between a price and the price that it counts as near. */
const NEAR = 0.35

const upTo = (a: number) => (price: number) => price < a + SAME
const from = (a: number) => (price: number) => price > a - SAME
const nearTo = (a: number) => (price: number) => Math.abs(price - a)

const FORMS: readonly (readonly [form: string, wish: (a: number, b: number) => Wish])[] = [
  [
    `(?:(?:between|from|zwischen|von)\\s+)?${SURE}\\s*(?:-|–|to|and|bis|und)\\s*[£$€]?\\s?${AMOUNT}\\s?${UNIT}?`,
    (a, b) => ({
      fits: (price) => price > Math.min(a, b) - SAME && price < Math.max(a, b) + SAME,
    }),
  ],
  [
    `(?:under|below|less than|cheaper than|unter|weniger als|<)\\s*${ANY}`,
    (a) => ({ fits: (price) => price < a - SAME }),
  ],
  [`(?:up to|at most|max|bis(?: zu)?|höchstens)\\s*${ANY}`, (a) => ({ fits: upTo(a) })],
  [`${SURE} (?:or|oder) (?:less|under|below|weniger)`, (a) => ({ fits: upTo(a) })],
  [
    `(?:over|above|more than|über|mehr als|>)\\s*${ANY}`,
    (a) => ({ fits: (price) => price > a + SAME }),
  ],
  [`(?:at least|ab|mindestens)\\s*${ANY}`, (a) => ({ fits: from(a) })],
  [`${SURE} (?:or|oder) (?:more|over|above|mehr)`, (a) => ({ fits: from(a) })],
  [
    `(?:around|about|roughly|etwa|circa|ca|um)\\s*${ANY}`,
    (a) => ({ fits: (price) => Math.abs(price - a) <= NEAR * a, distance: nearTo(a) }),
  ],
  [`(?:for|für)\\s+${SURE}`, (a) => ({ fits: upTo(a), distance: nearTo(a) })],
  [SURE, (a) => ({ fits: (price) => Math.abs(price - a) < SAME })],
  [`^\\s*(\\d+[.,]\\d{2})\\s*$`, (a) => ({ fits: (price) => Math.abs(price - a) < SAME })],
  [
    `(?:cheap(?:er|est)?|inexpensive|(?:billig|günstig|preiswert)\\p{L}*)${END}`,
    () => ({ fits: Number.isFinite, distance: (price) => price }),
  ],
  [
    `(?:expensive|dearest|teue?r\\p{L}*)${END}`,
    () => ({ fits: Number.isFinite, distance: (price) => 1 / price }),
  ],
]

const READERS = FORMS.map(([form, wish]) => ({
  form: new RegExp(START + form, 'iu'),
  wish,
}))

/** Words for amounts, and the digits that replace them. */
const NAMED: readonly (readonly [RegExp, (amount: string) => string])[] = [
  [/\b(?:a )?fiver\b/i, () => '£5'],
  [/\b(?:a )?tenner\b/i, () => '£10'],
  [/\b(?:an?|one|eine?[mn]?) (?:quid|pound|pfund|euro)\b/i, () => '£1'],
  [/\b(\d{1,3}) ?(?:p|pence)\b/i, (pence) => `£${Number(pence) / 100}`],
]

/** @returns null if the query has no price condition */
export function takePrice(query: string): PriceWish | null {
  const text = NAMED.reduce(
    (read, [name, amount]) => read.replace(name, (_, number: string) => amount(number)),
    query,
  )
  for (const { form, wish } of READERS) {
    const found = form.exec(text)
    if (!found) continue
    const amounts = found.slice(1).filter((part) => part !== undefined)
    const [a, b] = amounts.map((amount) =>
      Number(amount.replace(/,(?=\d{3})/g, '').replace(',', '.')),
    )
    return { rest: text.replace(found[0], ' '), ...wish(a, b) }
  }
  return null
}
