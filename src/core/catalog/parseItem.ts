/** @module Validates items from a file or a page. */
import { NearsideError } from '../error.ts'
import { isRecord } from '../isRecord.ts'
import { parseIso } from '../time.ts'
import { type Item, isBadge } from './item.ts'

type Check = readonly [fits: (value: unknown) => boolean, fault: string]

const TEXT: Check = [(value) => typeof value === 'string', 'is not text']

const isPrice = (value: unknown) =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0

const isDate = (value: unknown) =>
  matches(/^\d{4}-\d\d-\d\d(T|$)/)(value) && !Number.isNaN(parseIso(String(value)))

/**
 * Check of each optional field, and the error text for a value that fails. If the error text is empty, such a value is
 * ignored, because the shop may have a field of its own with this name.
 */
const FIELDS: Readonly<Record<Exclude<keyof Item, 'id'>, Check>> = {
  title: TEXT,
  category: TEXT,
  groupId: TEXT,
  brand: TEXT,
  description: TEXT,
  image: TEXT,
  url: TEXT,
  price: [isPrice, 'is not a number of zero or more'],
  sale: [
    (value) =>
      isRecord(value) &&
      isPrice(value.price) &&
      [value.from, value.until].every((date) => !date || isDate(date)),
    'is not { price, from, until }',
  ],
  regularPrice: [isPrice, ''],
  rating: [(value) => isPrice(value) && Number(value) <= 5, ''],
  reviews: [(value) => isPrice(value) && Number.isSafeInteger(value), ''],
  badge: [isBadge, ''],
  currency: [matches(/^[A-Z]{3}$/), 'is not an ISO 4217 code such as GBP'],
  available: [(value) => typeof value === 'boolean', 'is not true or false'],
  added: [isDate, 'is not a day such as 2026-11-20 or a date-time'],
  attributes: [isAttributes, 'may hold only text, numbers and booleans'],
}

/** Maximum number of characters of an id. A longer id suggests a wrong column. */
const MAX_ID_LENGTH = 200

/** Ids appear in tab-separated files and on screens, so they must not contain ASCII control characters. */
const CONTROL = /(?=\p{ASCII})\p{Cc}/u

/**
 * Validates one item and returns a new object. Optional fields may be missing or null. Unknown fields are
 * ignored; a numeric id becomes text. Only own, enumerable fields are read, so `__proto__` in a JSON file has no effect.
 * @param where place that the error names, e.g. `catalog.jsonl line 7`
 * @throws NearsideError `catalog-invalid` if the id or a field is malformed
 */
export function parseItem(value: unknown, where = 'item'): Item {
  const refuse = (message: string): never => {
    throw new NearsideError('catalog-invalid', `${where}: ${message}`)
  }
  if (!isRecord(value)) return refuse('is not an object')
  const fields = new Map<string, unknown>(Object.entries(value))
  const item: Record<string, unknown> & Pick<Item, 'id'> = { id: parseId(fields.get('id'), refuse) }
  for (const [field, [fits, fault]] of Object.entries(FIELDS)) {
    const given = fields.get(field)
    if (given === undefined || given === null || (given === '' && fits === TEXT[0])) continue
    // A shop may have a field `sale` of its own, such as `sale: true`.
    if (field === 'sale' && !(isRecord(given) && 'price' in given)) continue
    if (fits(given)) item[field] = isRecord(given) ? { ...given } : given
    else if (fault) return refuse(`field '${field}' ${fault}`)
  }
  return item
}

function matches(pattern: RegExp): (value: unknown) => boolean {
  return (value) => typeof value === 'string' && pattern.test(value)
}

function isAttributes(value: unknown): value is NonNullable<Item['attributes']> {
  const isPlain = (one: unknown) => ['string', 'number', 'boolean'].includes(typeof one)
  return (
    isRecord(value) &&
    Object.values(value).every((one) => (Array.isArray(one) ? one.every(isPlain) : isPlain(one)))
  )
}

function parseId(value: unknown, refuse: (message: string) => never): string {
  if (value === undefined || value === null) return refuse("has no 'id'")
  const id = Number.isSafeInteger(value) ? String(value) : value
  if (typeof id !== 'string') return refuse("field 'id' is not text")
  if (id.trim() === '') return refuse("field 'id' is empty")
  if (id.length > MAX_ID_LENGTH)
    return refuse(`field 'id' is longer than ${MAX_ID_LENGTH} characters`)
  if (CONTROL.test(id)) return refuse("field 'id' holds a control character")
  return id
}
