/**
 * @module Context: what holds at a time for every shopper alike. Hour, weekday and season follow
 * from the time; a promotion, the weather, or a holiday of its own only the shop can say.
 */
import { DAY } from '../../time.ts'
import { seasonAt } from './calendar.ts'

/**
 * Name → value, e.g. `{ weather: 'rain', promotion: 'summer-sale', holiday: 'diwali' }`. An empty
 * value says that there is none, e.g. no holiday where the calendar knows one.
 */
export type ShopContext = Readonly<Record<string, string>>

/** What is known beside the time itself. */
export interface ContextSource {
  /** The context that the shop gave at a time, milliseconds since the epoch. */
  at(time: number): ShopContext
  /** How far each item is below its usual price: logarithm of the ratio, ≥ 0, [N]; null: not known. */
  discountsAt(time: number): Float32Array | null
}

/** Prices differ by less from day to day without an offer; logarithm of a ratio. */
export const LEAST_DISCOUNT = Math.log(1.05)

export const NO_CONTEXT: ContextSource = { at: () => ({}), discountsAt: () => null }

const HOURS_A_BLOCK = 4
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']

/** By UTC, as all times of a log: what matters is that training and device agree. */
const FROM_TIME: Readonly<Record<string, (time: number) => string | undefined>> = {
  hour: (time) => {
    const block = Math.floor(new Date(time).getUTCHours() / HOURS_A_BLOCK)
    return `${block * HOURS_A_BLOCK}-${(block + 1) * HOURS_A_BLOCK}`
  },
  weekday: (time) => WEEKDAYS[new Date(time).getUTCDay()],
  holiday: (time) => seasonAt(Math.floor(time / DAY) * DAY),
}

/** Kinds that are always looked at; what else a shop names comes after them. */
export const CONTEXT_KINDS: readonly string[] = [
  'hour',
  'weekday',
  'holiday',
  'promotion',
  'weather',
]

/** Kinds that a shop may not name: they are the clock's. */
const CLOCK_KINDS: ReadonlySet<string> = new Set(['hour', 'weekday'])

/** The value of a kind of context at a time; undefined: none. */
export function contextValue(
  kind: string,
  time: number,
  contexts: Pick<ContextSource, 'at'>,
): string | undefined {
  if (CLOCK_KINDS.has(kind)) return FROM_TIME[kind](time)
  const given = contexts.at(time)
  if (Object.hasOwn(given, kind)) return given[kind] === '' ? undefined : given[kind]
  return Object.hasOwn(FROM_TIME, kind) ? FROM_TIME[kind](time) : undefined
}

const NAME = /^[a-z][a-z0-9_]{0,31}$/
/** No control characters: a value is a line of a file. */
const VALUE = /^[^\p{Cc}]{0,64}$/u
const MAX_NAMES = 8

/** What is wrong with a name and a value, in words; null where nothing is. */
export function contextFault(name: string, value: unknown): string | null {
  if (!NAME.test(name)) return `'${name}' can't name a context: small letters, digits and _ only`
  if (CLOCK_KINDS.has(name)) return `'${name}' is read from the clock`
  if (name === 'price') return "'price' is read from the catalog"
  if (typeof value !== 'string' || !VALUE.test(value))
    return `the value of '${name}' is not a text of at most 64 characters`
  return null
}

/** A fresh object of what a shop gave. @returns what is wrong with it, in words, where it is no context */
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
