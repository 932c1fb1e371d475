/**
 * @module A list that is not all of one subject: what it holds of a category already counts against more
 * of that. Pure; candidates are numbers.
 */
import type { Item } from '../catalog/item.ts'

/**
 * Log-odds that an item loses for each one of its category, beyond the first, that stands before it.
 * docs/results/lists.md has what other amounts cost.
 */
const COST = 0.25
/** In a long list what scores highest comes first again, whatever it is of. */
const MOST = 2.5

/**
 * Maximal marginal relevance, with the category as what makes two items alike.
 * @see Carbonell and Goldstein 1998, The use of MMR
 * @param ranked by score, best first
 * @param taken what stands in the list besides, and counts
 * @returns `count` of them, or all, in the list's order
 */
export function diversify(
  ranked: readonly number[],
  count: number,
  scoreOf: (candidate: number) => number,
  itemOf: (candidate: number) => Item | undefined,
  taken: readonly Item[] = [],
): number[] {
  const held = new Map<string, number>()
  const add = (category = '') =>
    category !== '' && held.set(category, (held.get(category) ?? 0) + 1)
  for (const { category } of taken) add(category)
  // Places of each category, best last; what has no category is alike to nothing.
  const queues = new Map<string, number[]>()
  for (let place = ranked.length - 1; place >= 0; place--) {
    const category = itemOf(ranked[place])?.category ?? ''
    const queue = queues.get(category)
    if (queue) queue.push(place)
    else queues.set(category, [place])
  }
  const chosen: number[] = []
  while (chosen.length < Math.min(count, ranked.length)) {
    let [best, most, from] = [ranked.length, Number.NEGATIVE_INFINITY, '']
    for (const [category, queue] of queues) {
      const place = queue.at(-1)
      if (place === undefined) continue
      const before = Math.max(0, (held.get(category) ?? 0) - 1)
      const worth = scoreOf(ranked[place]) - Math.min(MOST, COST * before)
      // Of equals the one that would stand first anyway.
      if (worth < most || (worth === most && place > best)) continue
      ;[best, most, from] = [place, worth, category]
    }
    queues.get(from)?.pop()
    add(from)
    chosen.push(ranked[best])
  }
  return chosen
}
