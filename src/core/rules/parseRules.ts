/** @module Rules at the edge: what a file or an option hands in becomes rules, and a line for each that can't be one. */
import { readMoment } from './moment.ts'
import type { Rule } from './rule.ts'

/** What is wrong, to be read after a field's name; null where nothing is. */
type Check = (value: unknown) => string | null

const check =
  (holds: (value: unknown) => boolean, what: string): Check =>
  (value) =>
    holds(value) ? null : ` is not ${what}`

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const listOf = (holds: (value: unknown) => boolean, what: string): Check =>
  check(
    (value) => Array.isArray(value) && value.length > 0 && value.every(holds),
    `a list of ${what}`,
  )

type Fields = Readonly<Record<string, Check>>

/**
 * An object of these fields, or, where there is one check, of any names.
 * @param needed those that must be there; else at least one
 */
function fields(known: Fields | Check, needed: readonly string[] = []): Check {
  const names = Object.keys(known)
  return (value) => {
    if (!isObject(value)) return ' is not an object'
    const given = Object.entries(value).filter(([, one]) => one !== undefined)
    const missing = needed.find((name) => !given.some(([one]) => one === name))
    if (missing) return ` has no '${missing}'`
    if (given.length === 0) return ' is empty'
    for (const [name, one] of given) {
      const checks = typeof known === 'function' ? known : names.includes(name) && known[name]
      if (!checks) return ` has an unknown '${name}'; it can say ${names.join(', ')}`
      const fault = checks(one)
      if (fault) return `.${name}${fault}`
    }
    return null
  }
}

const isText = (value: unknown) => typeof value === 'string' && value !== ''
const isCount = (value: unknown) => Number.isSafeInteger(value) && Number(value) > 0
const TEXT = check(isText, 'a text')
const TEXTS = listOf(isText, 'texts')
const oneOf = (known: readonly unknown[]): Check =>
  check((value) => known.includes(value), `one of ${known.join(', ')}`)
const someOf = (known: readonly unknown[]): Check =>
  listOf((value) => known.includes(value), known.join(', '))
const NUMBER = check(Number.isFinite, 'a number')
const RANGE = fields({ from: NUMBER, to: NUMBER })
const isValue = (value: unknown) =>
  isText(value) || Number.isFinite(value) || typeof value === 'boolean'
const VALUES = listOf(isValue, 'texts, numbers, true or false')
const MOMENT = check(
  (value) => readMoment(value) !== null,
  'a day (2026-12-24) or a time with its zone (2026-12-24T18:00:00Z)',
)

const GROUPS = ['brand', 'category', 'groupId']
const ITEMS = fields({
  id: TEXTS,
  brand: TEXTS,
  category: TEXTS,
  groupId: TEXTS,
  price: RANGE,
  offer: oneOf([true, false]),
  same: someOf(GROUPS),
  attributes: fields((wanted) => (Array.isArray(wanted) ? VALUES : RANGE)(wanted)),
})
const WHEN = fields({
  list: someOf(['recommend', 'similar', 'boughtTogether', 'rerank']),
  page: TEXTS,
  item: ITEMS,
  context: fields(TEXTS),
  from: MOMENT,
  until: MOMENT,
})
const FACTOR = check((value) => Number.isFinite(value) && Number(value) > 1, 'a number above 1')

const rule = (own: Readonly<Record<string, Check>>, needed = Object.keys(own)): Check =>
  fields({ name: TEXT, when: WHEN, ...own }, ['name', ...needed])

const KINDS: Readonly<Record<string, Check>> = {
  hide: rule({ hide: ITEMS }),
  only: rule({ only: ITEMS }),
  boost: rule({ boost: ITEMS, by: FACTOR }),
  bury: rule({ bury: ITEMS, by: FACTOR }),
  pin: rule({ pin: TEXTS, at: check(isCount, 'a place from 1') }, ['pin']),
  atMost: rule({ atMost: check(isCount, 'a number from 1'), per: oneOf(GROUPS) }),
  again: rule({ again: ITEMS }),
}

const RULE: Check = (value) => {
  if (!isObject(value)) return ' is not an object'
  const kinds = Object.keys(KINDS).filter((kind) => Object.hasOwn(value, kind))
  if (kinds.length !== 1) return ` says not exactly one of ${Object.keys(KINDS).join(', ')}`
  return KINDS[kinds[0]](value)
}

const nameOf = (value: unknown) =>
  isObject(value) && 'name' in value && isText(value.name) ? ` ('${value.name}')` : ''

const isRule = (value: unknown): value is Rule => RULE(value) === null

/**
 * @param value an array of rules, or an object that has one as `rules`
 * @returns with one line for each that is left out
 */
export function parseRules(value: unknown): {
  readonly rules: readonly Rule[]
  readonly faults: readonly string[]
} {
  const given = isObject(value) && 'rules' in value ? value.rules : value
  if (!Array.isArray(given)) return { rules: [], faults: ['the rules are not an array'] }
  const faults = given.flatMap((one, at) => {
    const fault = RULE(one)
    return fault === null ? [] : [`rule ${at + 1}${nameOf(one)}${fault}`]
  })
  return { rules: given.filter(isRule), faults }
}
