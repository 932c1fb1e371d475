/** @module Applies the shop's rules to lists, scores and explanations. */
import type { Item } from '../catalog/item.ts'
import { type ListRules, placeBeside, placePins, withPins } from '../rules/listRules.ts'
import type { Explanation, ListQuery, Recommendation } from './apiLists.ts'
import { findAll } from './candidateSource.ts'
import { limitOf, type VariantQuery } from './listQuery.ts'
import type { ExplainedScores, Ranker, Scored } from './ranker.ts'
import type { Selection } from './selectPlaces.ts'

/** Constraints of the shop's rules on the ranking of a list. */
export interface Ruled extends Pick<Selection, 'among' | 'limits' | 'taken'> {
  readonly lifts?: ListRules['lifts']
}

/**
 * Makes a list without hidden items, with pinned items and badges.
 * @param answer ranks a list under the rules' constraints
 * @param among ids that the list may contain; undefined if it may contain any
 */
export function ruledList(
  rules: ListRules,
  query: ListQuery,
  answer: (query: ListQuery, ruled: Ruled) => readonly Recommendation[],
  among?: Ruled['among'],
): readonly Recommendation[] {
  const { lifts, limits } = rules
  const limit = Math.floor(limitOf(query))
  const mayStand = rules.pins.filter(
    ({ item }) => mayHold(query, item) && among?.has(item.id) !== false,
  )
  const pins = placePins(mayStand, limit)
  const taken = [...pins.values()].map(({ item }) => item)
  const beside = besides(query, rules, taken, limit - pins.size)
  const list = answer(beside, { among, lifts, limits, taken })
  const isLifted = ({ id }: Recommendation) => (lifts.get(id) ?? 0) > 0
  const unlifted = new Set(
    list.some(isLifted) ? answer(beside, { among, limits, taken }).map(({ id }) => id) : [],
  )
  const ranked = list.map((one): Recommendation => {
    const baseRank = placeBeside(one.baseRank, pins)
    if (!isLifted(one) || unlifted.has(one.id)) return { ...one, baseRank }
    const rule = rules.rulesOf(one.id).find((acting) => 'boost' in acting)
    return { ...one, baseRank, reason: { kind: 'chosen', rule: rule?.name ?? '' } }
  })
  const pinned = new Map(
    [...pins].map(([place, { item, rule }], before): [number, Recommendation] => {
      const { score = 0 } = list[place - 1 - before] ?? list.at(-1) ?? {}
      return [place, { id: item.id, score, rank: 0, baseRank: 0, reason: { kind: 'chosen', rule } }]
    }),
  )
  // A pinned item has the same place for every shopper, so its base rank is its rank.
  return withPins(ranked, pinned, limit).map((one, at) => ({
    ...one,
    rank: at + 1,
    baseRank: one.baseRank || at + 1,
    ...(rules.badges.has(one.id) && { badge: rules.badges.get(one.id) }),
  }))
}

/** Id of the item that a list is about, if it is about exactly one. */
export const aboutOf = (query: VariantQuery): string | undefined =>
  query.about ?? ('item' in query && typeof query.item === 'string' ? query.item : undefined)

function mayHold(query: ListQuery, { id, category }: Item): boolean {
  if (query.kind === 'rerank') return query.items.includes(id)
  const { excludeIds = [], category: wanted = category } = query.options ?? {}
  const isAsked = 'item' in query && [query.item].flat().includes(id)
  return !isAsked && !excludeIds.includes(id) && category === wanted
}

/** Query for the list's other items, which aren't pinned. */
function besides(
  query: ListQuery,
  { hidden }: ListRules,
  pinned: readonly Item[],
  limit: number,
): ListQuery {
  const ids = pinned.map(({ id }) => id)
  if (query.kind === 'rerank') {
    const items = query.items.filter((id) => !ids.includes(id))
    return { ...query, items, options: { ...query.options, limit } }
  }
  const excludeIds = [...(query.options?.excludeIds ?? []), ...hidden, ...ids]
  return { ...query, options: { ...query.options, limit, excludeIds } }
}

/** Adds the rules' boosts and buries, by id, to the scores and to the base order. */
export function liftScores<Scores extends Scored>(
  ranker: Ranker,
  lifts: ListRules['lifts'],
  scored: Scores,
): Scores {
  const { itemIds } = ranker.model
  const lift = (row: number) => lifts.get(itemIds[row]) ?? 0
  return {
    ...scored,
    base: ranker.base.lifted(lift),
    lift,
    find: findAll,
    scoresOf: (rows) => scored.scoresOf(rows).map((score, at) => score + lift(rows[at])),
  }
}

/** Explains an item under the shop's rules. The item ranks as if no rule hid it; all other hidden items rank last. */
export function explainRuled(
  { hidden, lifts, rulesOf }: ListRules,
  id: string,
  ranker: Ranker,
  scored: ExplainedScores,
  explain: (scored: ExplainedScores) => Explanation | null,
): Explanation | null {
  const behind = [...hidden].map((one) => [one, Number.NEGATIVE_INFINITY] as const)
  const amount = lifts.get(id) ?? 0
  const all = new Map([...lifts, ...behind, [id, amount]])
  const plain = explain(scored)
  const lifted = explain(liftScores(ranker, all, scored))
  if (!plain || !lifted) return null
  const { meanScore } = plain
  const contributions = [...plain.contributions, { kind: 'rules' as const, amount }]
  contributions.sort((a, b) => b.amount - a.amount)
  return { ...lifted, meanScore, contributions, rules: rulesOf(id).map(({ name }) => name) }
}
