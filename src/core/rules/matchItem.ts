/** @module Tests whether a rule applies to an item. */
import type { Item } from '../catalog/item.ts'
import type { RuleItems } from './rule.ts'

export type ItemTest = (item: Item) => boolean

/** Whether an item costs less than usual. */
export type IsOffer = (id: string) => boolean

/** @param about item that the list is about */
export function createItemTest(
  { offer, same = [], attributes = {}, ...fields }: RuleItems,
  about: Item | undefined,
  isOffer: IsOffer,
): ItemTest {
  const tests = Object.entries(attributes).map(([name, wanted]) => {
    const matches = createValueTest(wanted)
    return ({ attributes = {} }: Item) =>
      Object.hasOwn(attributes, name) && matches(attributes[name])
  })
  for (const field of ['id', 'brand', 'category', 'groupId', 'price'] as const) {
    const wanted = fields[field]
    if (!wanted) continue
    const matches = createValueTest(wanted)
    // A product's id stands for its variants.
    tests.push((item) => matches(item[field]) || (field === 'id' && matches(item.groupId)))
  }
  for (const group of same)
    tests.push((item) => item[group] !== undefined && item[group] === about?.[group])
  if (offer !== undefined) tests.push(({ id }) => isOffer(id) === offer)
  return (item) => tests.every((test) => test(item))
}

function createValueTest(
  wanted: NonNullable<RuleItems['attributes']>[string],
): (value: unknown) => boolean {
  if ('length' in wanted) {
    const known = new Set<unknown>(wanted)
    return (value) =>
      Array.isArray(value) ? value.some((one) => known.has(one)) : known.has(value)
  }
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = wanted
  return (value) => typeof value === 'number' && value >= from && value <= to
}
