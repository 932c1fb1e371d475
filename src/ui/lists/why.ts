/** @module Why an item is in a list, in two lines: the reason, and what the list would be without it. */
import type { Personalizer } from '@nearside/browser/api.ts'
import type { Words } from '@nearside/browser/page/words.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import type { ListQuery, Recommendation } from '@nearside/core/ranking/apiLists.ts'
import type { ListKey } from '../messages/lists.ts'
import { reasonText } from './reason.ts'

const NAMES_AN_ACTION: readonly string[] = [
  'because',
  'bought-before',
  'searched',
  'category',
  'taste',
] satisfies Recommendation['reason']['kind'][]

/** @param words messages in the shop's language */
export async function whyLines(
  words: Words<ListKey>,
  itemOf: (id: string) => Item | undefined,
  personalizer: Pick<Personalizer, 'rankWithout'>,
  { id, reason, baseRank }: Recommendation,
  query: ListQuery,
): Promise<readonly string[]> {
  // The second line calls the action "that", so the first line is a sentence about it.
  const did = 'item' in reason && reason.kind === 'because' ? reason.item : id
  const first = reasonText(words, reason, itemOf, did)
  if (!NAMES_AN_ACTION.includes(reason.kind)) {
    if (query.kind === 'similar' || query.kind === 'boughtTogether')
      return [first, words('why.same')]
    return Number.isFinite(baseRank) ? [first, words('why.everyone', { n: baseRank })] : [first]
  }
  // While the worker is down, the reason stands alone.
  const place = await personalizer.rankWithout(id, reason, query).catch(() => undefined)
  if (place === undefined) return [first]
  return [first, place === null ? words('why.gone') : words('why.without', { n: place })]
}
