/** @module Builds the demo shop's catalog: titles in readable case, a department and a family for each item. */
import type { Item } from '@nearside/core/catalog/item.ts'
import type { OrderLine } from '@nearside/train/import/importShop.ts'
import type { WordVectors } from '@nearside/train/wordVectors.ts'
import type { CatalogRules } from './catalogRules.ts'
import { assignDepartments } from './departments.ts'
import { familiesOf } from './families.ts'
import { readableTitle } from './title.ts'

export function buildDemoCatalog(
  known: readonly Item[],
  lines: readonly OrderLine[],
  rules: CatalogRules,
  wordVectors: WordVectors,
): Item[] {
  const items = known.map((item): Item => {
    const title = item.title === undefined ? undefined : tidy(item.title, rules)
    const gone = title !== undefined && rules.notForSale.has(title)
    return {
      ...item,
      ...(title !== undefined && { title }),
      ...(gone && { available: false }),
    }
  })
  const departments = assignDepartments(items, lines, rules.departments, wordVectors)
  const placed = items.map((item, row) => {
    const { id, title, price, currency, available } = item
    return { id, title, price, currency, category: departments[row], available }
  })
  const families = familiesOf(placed)
  return placed.map((item, row) => ({ ...item, groupId: families[row] }))
}

function tidy(description: string, { phrases, words }: CatalogRules): string {
  let text = description
  for (const [from, to] of phrases) text = text.replaceAll(from, to)
  return readableTitle(text, words)
}
