/** @module Items at the edge: whatever a file or a page hands in becomes an `Item` or a clear error. */
import { NearsideError } from '../error.ts'
import { isRecord } from '../isRecord.ts'
import type { Item } from './item.ts'

const TEXT_FIELDS = ['title', 'category', 'groupId', 'brand', 'description', 'image'] as const

/** Longer ids are a sign of a wrong column, and would be carried by every event. */
const MAX_ID_LENGTH = 200

/** Ids are written to a tab-separated file and shown on screens: no control characters in them. */
function hasControlCharacter(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 32 || code === 127) return true
  }
  return false
}

/**
 * Checks one item. Optional fields may be missing or null; unknown fields are left out; a numeric
 * id becomes text. Only own, enumerable fields are read, and the result is a fresh object, so that
 * neither `__proto__` in a JSON file nor a getter gets any further.
 *
 * @param where what the error names, e.g. `catalog.jsonl line 7`
 * @throws NearsideError `catalog-invalid`
 */
export function parseItem(value: unknown, where = 'item'): Item {
  const refuse = (message: string): never => {
    throw new NearsideError('catalog-invalid', `${where}: ${message}`)
  }
  if (!isRecord(value)) return refuse('is not an object')
  const fields = new Map<string, unknown>(Object.entries(value))
  const item: { -readonly [K in keyof Item]: Item[K] } = { id: parseId(fields.get('id'), refuse) }
  for (const field of TEXT_FIELDS) {
    const text = fields.get(field)
    if (text === undefined || text === null || text === '') continue
    if (typeof text !== 'string') return refuse(`field '${field}' is not text`)
    item[field] = text
  }
  const price = fields.get('price')
  if (price !== undefined && price !== null) {
    if (typeof price !== 'number' || !Number.isFinite(price) || price < 0)
      return refuse("field 'price' is not a number of zero or more")
    item.price = price
  }
  const currency = fields.get('currency')
  if (currency !== undefined && currency !== null) {
    if (typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency))
      return refuse("field 'currency' is not an ISO 4217 code such as GBP")
    item.currency = currency
  }
  const available = fields.get('available')
  if (available !== undefined && available !== null) {
    if (typeof available !== 'boolean') return refuse("field 'available' is not true or false")
    item.available = available
  }
  const attributes = fields.get('attributes')
  if (attributes !== undefined && attributes !== null) {
    if (!isAttributes(attributes))
      return refuse("field 'attributes' has not only texts and numbers")
    item.attributes = { ...attributes }
  }
  return item
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
  if (hasControlCharacter(id)) return refuse("field 'id' holds a control character")
  return id
}
