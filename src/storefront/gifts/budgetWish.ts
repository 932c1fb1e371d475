/** @module Reads a budget for several people from a query, in English and German: "£20 for four people", "20 € für 4". */

export interface BudgetWish {
  /** Budget in pence. */
  readonly pence: number
  /** Number of people, and so of gifts. */
  readonly people: number
}

/** Maximum number of people. A choice for more people would take too much time. */
const MOST_PEOPLE = 12

const NUMBERS: readonly (readonly string[])[] = [
  ['one', 'a', 'eine', 'einen', 'ein'],
  ['two', 'zwei'],
  ['three', 'drei'],
  ['four', 'vier'],
  ['five', 'fünf'],
  ['six', 'sechs'],
  ['seven', 'sieben'],
  ['eight', 'acht'],
  ['nine', 'neun'],
  ['ten', 'zehn'],
  ['eleven', 'elf'],
  ['twelve', 'zwölf'],
]

const AMOUNT =
  '(?:[£€$]\\s?(?<before>\\d{1,5}(?:[.,]\\d{1,2})?)|(?<after>\\d{1,5}(?:[.,]\\d{1,2})?)\\s?(?:[£€$]|pounds?|quid|pfund|euros?))'
const PEOPLE = `(?<people>\\d{1,2}|${NUMBERS.flat().join('|')})`
const NOUN =
  '(?:people|persons?|friends?|kids|children|child|guests?|colleagues?|gifts?|presents?|leute|personen|person|freunde|freund|kinder|kind|gäste|gast|kollegen|geschenke?)'
const GIFTS = '(?:(?:gifts?|presents?|geschenke?)\\s+)?'
const WITHIN = '(?:for|under|up to|within|with|on|für|unter|bis|mit|um)'

const FORMS = [
  `${GIFTS}(?:${WITHIN}\\s+)?${AMOUNT}\\s*,?\\s*(?:for|für)\\s+${PEOPLE}(?:\\s+${NOUN})?`,
  `${GIFTS}(?:(?:for|für)\\s+)?${PEOPLE}\\s+${NOUN}\\s*,?\\s*(?:${WITHIN}\\s+)?${AMOUNT}`,
].map((form) => new RegExp(`^\\s*${form}\\s*[.!]?\\s*$`, 'iu'))

/** @returns null for any other query */
export function readBudget(query: string): BudgetWish | null {
  for (const form of FORMS) {
    const { before, after, people } = form.exec(query)?.groups ?? {}
    if (people === undefined) continue
    const pence = Math.round(100 * Number((before ?? after).replace(',', '.')))
    const named = NUMBERS.findIndex((names) => names.includes(people.toLowerCase()))
    const count = named < 0 ? Number(people) : named + 1
    return pence > 0 && count > 0 && count <= MOST_PEOPLE ? { pence, people: count } : null
  }
  return null
}
