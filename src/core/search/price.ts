/** @module Reads the price condition of a query, in English and German: "under £5", "£5 to £10", "85p", "cheap". */
import { isTelling } from '../catalog/words.ts'

/** Price condition of a query: a price fits if it lies between `least` and `most`, both exclusive. */
export interface PriceWish {
  /** Query without the price condition. */
  readonly rest: string
  readonly least: number
  readonly most: number
  /** Sort key of a price, lowest for the best fit; absent if the query names only limits or an exact price. */
  readonly distance?: (price: number) => number
}

type Wish = Omit<PriceWish, 'rest'>

const START = '(?<![\\p{L}\\p{N}])'
const END = '(?![\\p{L}\\p{N}])'
const AMOUNT = '(\\d+(?:,\\d{3})*(?:[.,]\\d{1,2})?)'
const UNIT = `(?:[£$€]|(?:pounds?|quid|pfund|euros?)${END})`
/** Pattern for an amount with its currency. */
const SURE = `(?:[£$€]\\s?${AMOUNT}(?![\\d.]*\\p{L})|${START}${AMOUNT}\\s?${UNIT})`
/** Without a currency, a number is a price only at the end of the query, so "under 5 years" names no price. */
const ANY = `(?:${SURE}|${AMOUNT}\\s*$)`

/** Tolerance for rounding: half a penny. */
const SAME = 0.005
/** Maximum difference between a price and a price that the query names with "about", relative to the named price. */
const NEAR = 0.35

const within = (least: number, most: number) => ({ least, most })
const upTo = (a: number) => within(Number.NEGATIVE_INFINITY, a + SAME)
const from = (a: number) => within(a - SAME, Number.POSITIVE_INFINITY)
const equal = (a: number) => within(a - SAME, a + SAME)
const ANY_PRICE = within(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)
const nearTo = (a: number) => (price: number) => Math.abs(price - a)

const FORMS: readonly (readonly [form: string, wish: (a: number, b: number) => Wish])[] = [
  [
    `(?:(?:between|from|zwischen|von)\\s+)?${SURE}\\s*(?:-|–|to|and|bis|und)\\s*[£$€]?\\s?${AMOUNT}\\s?${UNIT}?`,
    (a, b) => within(Math.min(a, b) - SAME, Math.max(a, b) + SAME),
  ],
  [
    `(?:under|below|less than|cheaper than|unter|weniger als|<)\\s*${ANY}`,
    (a) => within(Number.NEGATIVE_INFINITY, a - SAME),
  ],
  [`(?:up to|at most|max|bis(?: zu)?|höchstens)\\s*${ANY}`, upTo],
  [`${SURE} (?:or|oder) (?:less|under|below|weniger)`, upTo],
  [
    `(?:over|above|more than|über|mehr als|>)\\s*${ANY}`,
    (a) => within(a + SAME, Number.POSITIVE_INFINITY),
  ],
  [`(?:at least|ab|mindestens)\\s*${ANY}`, from],
  [`${SURE} (?:or|oder) (?:more|over|above|mehr)`, from],
  [
    `(?:around|about|roughly|etwa|circa|ca|um)\\s*${ANY}`,
    (a) => ({ ...within((1 - NEAR) * a - SAME, (1 + NEAR) * a + SAME), distance: nearTo(a) }),
  ],
  [`(?:for|für)\\s+${SURE}`, (a) => ({ ...upTo(a), distance: nearTo(a) })],
  [SURE, equal],
  [`^\\s*(\\d+[.,]\\d{2})\\s*$`, equal],
  [
    `(?:cheap(?:er|est)?|inexpensive|(?:billig|günstig|preiswert)\\p{L}*)${END}`,
    () => ({ ...ANY_PRICE, distance: (price) => price }),
  ],
  [
    `(?:expensive|dearest|teue?r\\p{L}*)${END}`,
    () => ({ ...ANY_PRICE, distance: (price) => 1 / price }),
  ],
]

const READERS = FORMS.map(([form, wish]) => ({
  form: new RegExp(START + form, 'iu'),
  wish,
}))

/** Patterns for amounts in words, and the digits that replace such an amount. */
const NAMED: readonly (readonly [RegExp, (amount: string) => string])[] = [
  [/\b(?:a )?fiver\b/i, () => '£5'],
  [/\b(?:a )?tenner\b/i, () => '£10'],
  [/\b(?:an?|one|eine?[mn]?) (?:quid|pound|pfund|euro)\b/i, () => '£1'],
  [/\b(\d{1,3}) ?(?:p|pence)\b/i, (pence) => `£${Number(pence) / 100}`],
]

/** An unknown price (NaN) doesn't fit. */
export const fitsPrice = (price: number, { least, most }: Pick<PriceWish, 'least' | 'most'>) =>
  price > least && price < most

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

/** Words that fit any product. */
const ANYTHING = /(?<!\p{L})(?:gifts?|presents?|geschenke?|etwas)(?!\p{L})/giu

/** Whether the query names nothing but a price. "gifts under £5" does, because "gifts" fits any product. */
export const isPriceAlone = ({ rest }: Pick<PriceWish, 'rest'>): boolean =>
  !isTelling(rest.replace(ANYTHING, ' '))
