/**
 * @module Intent of a visit: the peer groups of the last products that a shopper looked at or put into the basket. A
 * peer group is the items of one category and brand. While a shopper browses, the intent predicts the next product
 * best (docs/results/visit-state.md). Purchases say little about the next visit, so orders don't count.
 */
import type { Item } from '../catalog/item.ts'
import { onceFor } from '../onceFor.ts'
import type { ItemStatistics } from './itemStatistics.ts'
import type { Profile } from './profile.ts'

/** Number of products that the intent reads, and the half-life of their weight in products. */
const RECENT = 6
const HALF_LIFE = 2

export interface Intent {
  /** Share of each peer group in the last products, halved every two products, [groups + 1]. */
  readonly recent: Float32Array
  /**
   * Share of each peer group in the last product, or in the products of the last moment if it had several,
   * [groups + 1].
   */
  readonly last: Float32Array
  /** Peer groups of the last products; distinct, above 0. */
  readonly groups: readonly number[]
}

/**
 * Intent of a history; null for a history of orders alone. Products of the same moment, as in a log with day-only
 * times, share one place.
 */
export function intentOf(
  statistics: Pick<ItemStatistics, 'peerGroup'>,
  { interactions: all }: Pick<Profile, 'interactions'>,
): Intent | null {
  const interactions = all.filter(({ kind }) => kind !== 'purchase')
  if (interactions.length === 0) return null
  const { peerGroup } = statistics
  const groups = peersOf(peerGroup).length
  const recent = new Float32Array(groups)
  const last = new Float32Array(groups)
  const seen = new Set<number>()
  let total = 0
  let totalLast = 0
  let place = 0
  let age = interactions[0].age
  for (const interaction of interactions) {
    if (interaction.age !== age) {
      place = seen.size
      age = interaction.age
    }
    if (place >= RECENT) break
    if (seen.has(interaction.item)) continue
    seen.add(interaction.item)
    const weight = 2 ** (-place / HALF_LIFE)
    const group = peerGroup[interaction.item]
    total += weight
    if (place === 0) totalLast++
    // An item without category and brand takes a place, but has no peers.
    if (group === 0) continue
    recent[group] += weight
    if (place === 0) last[group]++
  }
  const found = [...recent.keys()].filter((group) => recent[group] > 0)
  for (const group of found) {
    recent[group] /= total
    last[group] /= totalLast
  }
  return { recent, last, groups: found }
}

/** Rows of each peer group; those of group 0 have no peers. */
export const peersOf = onceFor(
  (peerGroup: ItemStatistics['peerGroup']): readonly (readonly number[])[] => {
    const rows: number[][] = [[]]
    peerGroup.forEach((group, row) => {
      while (rows.length <= group) rows.push([])
      rows[group].push(row)
    })
    return rows
  },
)

/** Highest number of peer groups that a model can have. */
const MOST_GROUPS = 65_535

/** Numbers peer groups from 1 in order of first appearance. Items without category and brand get 0. */
export function groupPeers(
  items: readonly Item[],
  known: ReadonlyMap<string, number> = new Map(),
): Uint16Array {
  const index = new Map(known)
  let next = Math.max(0, ...known.values())
  return Uint16Array.from(items, (item) => {
    const key = peerKey(item)
    if (key === null) return 0
    const group = index.get(key) ?? (next < MOST_GROUPS ? ++next : 0)
    index.set(key, group)
    return group
  })
}

/** Name of an item's peer group; null without category and brand. */
export function peerKey({ category, brand }: Pick<Item, 'category' | 'brand'>): string | null {
  return category || brand ? JSON.stringify([category ?? '', brand ?? '']) : null
}
