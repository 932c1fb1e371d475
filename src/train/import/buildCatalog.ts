/** @module The catalog of a shop that has none but its order log. */

import type { Item } from '../../core/catalog/item.ts'
import { DAY } from '../../core/time.ts'
import type { ImportedLog } from './importShop.ts'
import { compareText, type ItemFacts } from './itemFacts.ts'

/**
 * Items by id: the most frequent title and the median price.
 * @param availableDays items not sold in the last so many days of the log are unavailable; absent: all
 * are available
 */
export function buildCatalog(
  facts: readonly ItemFacts[],
  log: ImportedLog,
  availableDays?: number,
): Item[] {
  const oldest = availableDays === undefined ? undefined : log.to - availableDays * DAY
  return facts.map(({ id, titles, price, lastSold }): Item => {
    const title = chooseDescription(titles)
    return {
      id,
      ...(title !== undefined && { title }),
      ...(price !== undefined && { price }),
      ...(price !== undefined && log.currency !== undefined && { currency: log.currency }),
      ...(oldest !== undefined && lastSold < oldest && { available: false }),
    }
  })
}

/** What staff write into a description field when they correct stock: no name of a product. */
const STOCK_NOTE =
  /\?|^(check(ed)?|damaged?|damages|lost|found|missing|adjust(ment)?|wrong(ly)?|mixed up|sold|faulty|thrown|wet|returned)( \S+){0,2}$/i

/**
 * The most frequent description that is a product's name; among equals the longest, then by code
 * unit. Undefined when none is.
 */
function chooseDescription(counts: ReadonlyMap<string, number>): string | undefined {
  return [...counts]
    .filter(([text]) => /\p{L}{3}/u.test(text) && !STOCK_NOTE.test(text.trim()))
    .sort(
      ([a, countA], [b, countB]) => countB - countA || b.length - a.length || compareText(a, b),
    )[0]?.[0]
}
