/**
 * @module The lists that a device answers with. Where it has no ranker (no base model yet, or none
 * at all) they are the catalog's own order.
 */
import { highestRows } from '../../core/model/highest.ts'
import type { Explanation, ListQuery, Recommendation } from '../apiLists.ts'
import { idsWithoutModel, inShopOrder } from '../catalogOrder.ts'
import { limitOf } from '../listLimit.ts'
import { ownItems } from './ownItems.ts'
import type { Parts } from './parts.ts'
import { rankedList } from './rankedList.ts'
import type { Ranker, Scored } from './ranker.ts'
import { requireQuery } from './requireQuery.ts'
import type { Ruled } from './ruledList.ts'
import { selectPlaces } from './selectPlaces.ts'

type Deps = Pick<Parts, 'chosen' | 'config' | 'now' | 'shop' | 'shopper' | 'state'>

/** Scores are computed anew after this, since recency moves with the clock. */
const SCORES_LIFE = 60_000

export function createLists(deps: Deps) {
  const { chosen, config, state, shop, shopper, now } = deps
  let kept: { ranker: Ranker; revision: number; time: number; scored: Scored } | null = null

  function scoredBy(ranker: Ranker): Scored {
    const { personal, revision } = state
    const time = now()
    const fresh =
      kept?.ranker === ranker &&
      kept.revision === revision &&
      Math.abs(time - kept.time) < SCORES_LIFE
    if (!fresh || !kept) {
      const applies = personal?.base === shop.loaded?.hash
      // Else nothing was learned yet on this base model, or the guard prefers it.
      const active =
        applies && personal?.guard.active && personal.fusionWeight > 0 ? personal : null
      const scored = ranker.score(shopper.history, time, active, chosen.of(ranker.model))
      kept = { ranker, revision, time, scored }
    }
    return kept.scored
  }

  function ranked(
    ranker: Ranker,
    query: ListQuery,
    { lifts, ...selection }: Ruled,
  ): readonly Recommendation[] {
    const lifting = lifts?.size ? shop.rules?.lift(ranker, lifts) : undefined
    return rankedList(ranker, query, () => scoredBy(ranker), selection, lifting)
  }

  /**
   * With the ids of what the shopper has already, where that is left out.
   * @param again ids of what is used up
   */
  function withOwn(query: ListQuery, again: ReadonlySet<string> | undefined): ListQuery {
    if (query.kind === 'rerank') return query
    const { options = {} } = query
    const { excludeIds = [], exclude = options.order === 'base' ? [] : config.exclude } = options
    if (exclude.length === 0) return query
    const repeatRate = (id: string) => (again?.has(id) ? 1 : shop.ranker?.repeatRate(id))
    const own = ownItems(exclude, shopper.cleaned.events, now(), repeatRate)
    return { ...query, options: { ...options, excludeIds: [...excludeIds, ...own] } }
  }

  /** `recommend` as the whole model gives it to a new shopper; else in the shop's order. */
  function unranked(query: ListQuery, { lifts, ...ruled }: Ruled): readonly Recommendation[] {
    const isFirst = query.kind === 'recommend'
    const isSold = (id: string) => shop.catalog?.get(id)?.available !== false
    const all = idsWithoutModel(isFirst ? shop.firstOrder : shop.order, query)
    const ids = query.kind === 'rerank' && !query.options?.soldOut ? all.filter(isSold) : all
    const scoreOf = (id: string, place: number) =>
      (isFirst ? shop.firstScore(id) : undefined) ?? -Math.log(place + 1)
    const scores = Float32Array.from(ids, (id, at) => scoreOf(id, at) + (lifts?.get(id) ?? 0))
    const order = lifts?.size ? highestRows(scores, ids.length) : [...ids.keys()]
    const limits = query.kind === 'rerank' ? { perFamily: Number.POSITIVE_INFINITY } : {}
    const options = { ...query.options, ...limits, ...ruled, limit: limitOf(query) }
    const best = (count: number) => order.slice(0, count)
    const { chosen } = selectPlaces(best, options, (at) => shop.catalog?.get(ids[at]))
    return inShopOrder(chosen.map((at) => ids[at])).map((one) =>
      isFirst ? { ...one, reason: shop.firstReason(one.id) } : one,
    )
  }

  const answer = (query: ListQuery, ruled: Ruled = {}) =>
    shop.ranker ? ranked(shop.ranker, query, ruled) : unranked(query, ruled)

  return {
    list(query: ListQuery): readonly Recommendation[] {
      requireQuery(query)
      const rules = shop.rules?.for(query)
      const asked = withOwn(query, rules?.again)
      return shop.rules && rules ? shop.rules.list(rules, asked, answer) : answer(asked)
    },
    explain(item: string): Explanation | null {
      const { ranker, rules } = shop
      if (!ranker) return null
      const scored = scoredBy(ranker)
      return rules?.explain(item, ranker, scored) ?? ranker.explain(item, scored)
    },
  }
}
