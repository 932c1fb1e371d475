/**
 * @module Varies the categories of a list: each listed item lowers the worth of others of its category. Pure;
 * candidates are numbers.
 */
import type { Item } from '../catalog/item.ts'

/**
 * Log-odds that an item loses for each item of its category before it, except the first.
 * docs/results/lists.md compares other amounts.
 */
const COST = 0.25
/** Maximum loss in log-odds, so that in a long list high scores prevail again. */
const MOST = 2.5

/**
 * Maximal marginal relevance; two items are alike if they have the same category.
 * @see Carbonell and Goldstein 1998, The use of MMR
 * @param ranked candidates by score, best first
 * @param taken items that also stand in the list and count
 * @returns `count` of the candidates, or all, in the list's order
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
  // Places of each category, best last. Items without a category are alike to none.
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
      // On a tie, the candidate that ranks higher wins.
      if (worth < most || (worth === most && place > best)) continue
      ;[best, most, from] = [place, worth, category]
    }
    queues.get(from)?.pop()
    add(from)
    chosen.push(ranked[best])
  }
  return chosen
}
