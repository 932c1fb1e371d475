/**
 * @module Context: circumstances at a time that are the same for every shopper. Hour, weekday and season
 * follow from the time. The shop provides promotions, weather and its own holidays.
 */

/**
 * Name → value, e.g. `{ weather: 'rain', promotion: 'summer-sale', holiday: 'diwali' }`. An empty value means that
 * there is no such context, e.g. no holiday, even on a day that the calendar counts as one.
 */
export type ShopContext = Readonly<Record<string, string>>

export interface ContextSource {
  /** Context that the shop provided at a time in milliseconds since the epoch. */
  at(time: number): ShopContext
  /** Discount of each item at `time`: natural logarithm of usual price ÷ price, ≥ 0, [N]; null if unknown. */
  discountsAt(time: number): Float32Array | null
}

/** Minimum discount, as the logarithm of usual price ÷ price; smaller differences are ordinary price changes. */
export const LEAST_DISCOUNT = Math.log(1.05)

export const NO_CONTEXT: ContextSource = { at: () => ({}), discountsAt: () => null }

/** Kinds of context that training always examines, besides the shop's own kinds. */
export const CONTEXT_KINDS: readonly string[] = [
  'hour',
  'weekday',
  'holiday',
  'promotion',
  'weather',
]

/** Kinds of context that come only from the clock. */
export const CLOCK_KINDS: ReadonlySet<string> = new Set(['hour', 'weekday'])

const NAME = /^[a-z][a-z0-9_]{0,31}$/
/** Control characters are excluded, because model files store one value per line. */
const VALUE = /^[^\p{Cc}]{0,64}$/u
const MAX_NAMES = 8

export function contextFault(name: string, value: unknown): string | null {
  if (!NAME.test(name))
    return `'${name}' can't name a context: a name has only small letters, digits and _`
  if (CLOCK_KINDS.has(name)) return `'${name}' comes from the clock, so a shop can't set it`
  if (name === 'price') return "'price' comes from the catalog, so a shop can't set it"
  if (typeof value !== 'string' || !VALUE.test(value))
    return `the value of '${name}' is not a text of at most 64 characters`
  return null
}

/** @returns a new object, or a description of the context's fault */
export function readShopContext(given: unknown): ShopContext | string {
  if (given === undefined || given === null) return {}
  if (typeof given !== 'object' || Array.isArray(given)) return 'it is not an object'
  const entries = Object.entries(given).filter(([, value]) => value !== undefined)
  if (entries.length > MAX_NAMES) return `it has more than ${MAX_NAMES} names`
  for (const [name, value] of entries) {
    const fault = contextFault(name, value)
    if (fault !== null) return fault
  }
  return Object.fromEntries(entries)
}
