/**
 * @module Second level of the shop's departments: the levels below a department if the catalog's categories are paths
 * ("Kitchen > Mugs"), else kinds of products, which titles name ("Mugs").
 */
import type { Item } from '../index.ts'
import type { Department } from './catalog.ts'
import { PhraseIndex, toPhrase } from './headPhrase.ts'
import { BESIDES } from './titleFacts.ts'
import KINDS from './words/kinds.json' with { type: 'json' }

/** Minimum number of products of a kind that gets a branch. */
const LEAST = 8
/** Maximum number of branches of a department. */
const MOST = 12

const index = new PhraseIndex(
  KINDS.map((line) => line.split('|')).flatMap((forms) =>
    forms.map((form) => toPhrase(form, forms[0], 0)),
  ),
)

/** Packing before the product's name in a title: "Box of 6 Teaspoons". */
const PACKING = /^(?:box|pack|set) of \d+ /i

const known = new WeakMap<Item, string>()

/**
 * Kind of a product, from the phrase that names it in the title. On a prerendered page, a product without a title has
 * its kind as an attribute.
 */
export function kindOf(item: Item): string | undefined {
  const { title, attributes } = item
  if (!title) return attributes?.kind?.toString()
  const kind =
    known.get(item) ?? index.best(title.replace(PACKING, '').replace(BESIDES, ''))?.value ?? ''
  known.set(item, kind)
  return kind || undefined
}

const branches = new WeakMap<Department, ReadonlyMap<string, readonly string[]>>()

/**
 * Path of each product in the department's tree, without the department itself, by product id. A product of a rare kind
 * has no path.
 */
export function branchesOf(department: Department): ReadonlyMap<string, readonly string[]> {
  const before = branches.get(department)
  if (before) return before
  const found = new Map<string, readonly string[]>()
  const kinds = new Map<string, string[]>()
  for (const item of department.items) {
    const [, ...below] = item.category?.split(' > ') ?? []
    if (below.length > 0) found.set(item.id, below)
    const kind = kindOf(item)
    if (kind) kinds.set(kind, (kinds.get(kind) ?? []).concat(item.id))
  }
  const common = [...kinds].filter(([, ids]) => ids.length >= LEAST)
  if (found.size === 0)
    for (const [kind, ids] of common.sort(([, a], [, b]) => b.length - a.length).slice(0, MOST))
      for (const id of ids) found.set(id, [kind])
  branches.set(department, found)
  return found
}
