/** @module Texts of the studio that describe products, and what a rule does and when. */
import type { Item } from '@nearside/core/catalog/item.ts'
import { itemsOf, type Rule, type RuleItems } from '@nearside/core/rules/rule.ts'
import type { ListKind } from '../edits.ts'

export const LISTS: Readonly<Record<ListKind, string>> = {
  similar: 'Similar items',
  boughtTogether: 'Often bought together',
  recommend: 'For you',
  search: 'Search results',
}

/** Products by id, and the values of products that a rule can select by. */
export interface Products {
  readonly items: readonly Item[]
  titleOf(id: string): string
  get(id: string): Item | undefined
  readonly brand: readonly string[]
  readonly category: readonly string[]
  /** Names of attributes, with their values as texts. */
  readonly attributes: ReadonlyMap<string, readonly string[]>
}

export function productsOf(items: readonly Item[]): Products {
  const byId = new Map(items.map((item) => [item.id, item]))
  const values = new Map<string, Set<string>>()
  for (const { attributes = {} } of items)
    for (const [name, value] of Object.entries(attributes)) {
      const known = values.get(name) ?? new Set()
      for (const one of [value].flat()) if (typeof one === 'string') known.add(one)
      if (known.size > 0) values.set(name, known)
    }
  const valuesOf = (field: 'brand' | 'category') =>
    [...new Set(items.flatMap((item) => item[field] ?? []))].sort()
  return {
    items,
    get: (id) => byId.get(id),
    titleOf: (id) => byId.get(id)?.title ?? id,
    brand: valuesOf('brand'),
    category: valuesOf('category'),
    attributes: new Map([...values].map(([name, known]) => [name, [...known].sort()])),
  }
}

/** Ids that a rule names; the page shows the products with these ids. */
export const idsOf = (rule: Rule): readonly string[] =>
  'pin' in rule ? rule.pin : (itemsOf(rule)?.id ?? [])

function selected({ id, price, offer, same, attributes, ...groups }: RuleItems): string {
  const range = ({ from, to }: { readonly from?: number; readonly to?: number }) =>
    [from === undefined ? '' : `from ${from}`, to === undefined ? '' : `to ${to}`].join(' ').trim()
  return [
    ...(id ? [id.length === 1 ? 'one product' : `${id.length} products`] : []),
    ...Object.entries(groups).map(([field, values]) => `${field} ${values.join(' or ')}`),
    ...(price ? [`price ${range(price)}`] : []),
    ...(offer === undefined ? [] : [offer ? 'offers' : 'no offers']),
    ...(same ? [`the same ${same.join(' and ')}`] : []),
    ...Object.entries(attributes ?? {}).map(
      ([name, wanted]) => `${name} ${'length' in wanted ? wanted.join(' or ') : range(wanted)}`,
    ),
  ].join(', ')
}

/** Describes a rule's effect; `reachOf` describes where it applies. */
export function effectOf(rule: Rule): string {
  if ('pin' in rule) return `Pins from place ${rule.at ?? 1} on`
  if ('redirect' in rule) return `Leads to ${rule.redirect}`
  if ('atMost' in rule) return `Shows at most ${rule.atMost} of each ${rule.per}`
  if ('hide' in rule) return `Hides ${selected(rule.hide)}`
  if ('only' in rule) return `Keeps only ${selected(rule.only)}`
  if ('boost' in rule) return `Boosts ${selected(rule.boost)} by ${rule.by}`
  if ('bury' in rule) return `Buries ${selected(rule.bury)} by ${rule.by}`
  if ('badge' in rule) return `Badge ‘${rule.text}’ on ${selected(rule.badge)}`
  return `Offers again ${selected(rule.again)}`
}

export function reachOf({ when = {} }: Rule, products: Products): string {
  const { list, page, item, context, search } = when
  if (search) return `Searches for ${search.map((one) => `‘${one}’`).join(' or ')}`
  const known: Readonly<Record<string, string>> = LISTS
  const about =
    item?.id?.length === 1 ? `‘${products.titleOf(item.id[0])}’` : item && selected(item)
  return [
    list ? list.map((one) => known[one] ?? one).join(', ') : 'All lists',
    ...(page ? [`on ${page.join(' or ')}`] : []),
    ...(about ? [`about ${about}`] : []),
    ...Object.entries(context ?? {}).map(
      ([name, values]) => `if ${name} is ${values.join(' or ')}`,
    ),
  ].join(' ')
}
