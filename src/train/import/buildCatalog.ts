/** @module The catalogue of a shop that has none but its order log. */

import type { Item } from '../../core/catalog/item.ts'
import { DAY } from '../../core/time.ts'
import type { WordVectors } from '../wordVectors.ts'
import type { CatalogRules } from './catalogRules.ts'
import { assignDepartments } from './departments.ts'
import type { ImportedLog } from './importShop.ts'
import type { ItemFacts } from './itemFacts.ts'
import { chooseDescription, readableTitle } from './title.ts'

export interface CatalogOptions {
  readonly rules: CatalogRules
  readonly wordVectors?: WordVectors
  /** Items not sold in the last so many days of the log are unavailable; absent: all are available. */
  readonly availableDays?: number
  /** Titles as the log has them. */
  readonly rawTitles?: boolean
}

/** Items by id: the most frequent title, the median price, and a department where rules name some. */
export function buildCatalog(
  facts: readonly ItemFacts[],
  log: ImportedLog,
  { rules, wordVectors, availableDays, rawTitles }: CatalogOptions,
): Item[] {
  const oldest = availableDays === undefined ? undefined : log.to - availableDays * DAY
  const items = facts.map(({ id, titles, price, lastSold }): Item => {
    const description = chooseDescription(titles)
    const title = description === undefined || rawTitles ? description : tidy(description, rules)
    const gone =
      (oldest !== undefined && lastSold < oldest) ||
      (title !== undefined && rules.notForSale.has(title))
    return {
      id,
      ...(title !== undefined && { title }),
      ...(price !== undefined && { price }),
      ...(price !== undefined && log.currency !== undefined && { currency: log.currency }),
      ...(gone && { available: false }),
    }
  })
  if (rules.departments.length === 0) return items
  const departments = assignDepartments(items, log.events, rules.departments, wordVectors)
  return items.map((item, row) => {
    const category = departments[row]
    const { id, title, price, currency, available } = item
    return { id, title, price, currency, category, available }
  })
}

function tidy(description: string, { phrases, words }: CatalogRules): string {
  let text = description
  for (const [from, to] of phrases) text = text.replaceAll(from, to)
  return readableTitle(text, words)
}
