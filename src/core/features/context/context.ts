/**
 * @module Context: circumstances at a time that are the same for every shopper. Hour, weekday and season
 * follow from the time. The shop provides promotions, weather and its own holidays.
 */
/**
 * Name → value, e.g. `{ weather: 'rain', promotion: 'summer-sale', holiday: 'diwali' }`. An empty value means
 * none, e.g. no holiday on a day for which the calendar has one.
 */
export type ShopContext = Readonly<Record<string, string>>

/** Sources of context beside the time itself. */
export interface ContextSource {
  /** Context that the shop provided at a time in milliseconds since the epoch. */
  at(time: number): ShopContext
  /** Discount of each item: natural logarithm of usual price ÷ price, ≥ 0, [N]; null if unknown. */
  discountsAt(time: number): Float32Array | null
}

/** Minimum discount (logarithm of a ratio); smaller differences are ordinary price changes. */
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

/** Kinds that come from the clock; a shop can't provide them. */
export const CLOCK_KINDS: ReadonlySet<string> = new Set(['hour', 'weekday'])

const NAME = /^[a-z][a-z0-9_]{0,31}$/
/** Control characters are excluded, since a value is a line of a file. */
const VALUE = /^[^\p{Cc}]{0,64}$/u
const MAX_NAMES = 8

/** Describes the fault of a name and its value; null if both are valid. */
export function contextFault(name: string, value: unknown): string | null {
  if (!NAME.test(name)) return `'${name}' can't name a context: small letters, digits and _ only`
  if (CLOCK_KINDS.has(name)) return `'${name}' is read from the clock`
  if (name === 'price') return "'price' is read from the catalog"
  if (typeof value !== 'string' || !VALUE.test(value))
    return `the value of '${name}' is not a text of at most 64 characters`
  return null
}

/** Validates the shop's context. @returns a new object, or a description of its fault */
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
