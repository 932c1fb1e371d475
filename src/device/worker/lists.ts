/**
 * @module The lists that a device answers with. Where it has no ranker (no base model yet, or none
 * at all) they are the catalog's own order.
 */
import { highestRows } from '../../core/model/highest.ts'
import type { Explanation, ListOptions, ListQuery, Recommendation } from '../apiLists.ts'
import { idsWithoutModel, inShopOrder } from '../catalogOrder.ts'
import type { Exclusion } from '../exclusions.ts'
import { limitOf } from '../listLimit.ts'
import { amongItems, reasonFrom } from '../ranking/amongItems.ts'
import { ownItems } from '../ranking/ownItems.ts'
import { rankedList } from '../ranking/rankedList.ts'
import type { Ranker, Scored } from '../ranking/ranker.ts'
import { requireQuery } from '../ranking/requireQuery.ts'
import type { Ruled } from '../ranking/ruledList.ts'
import { selectPlaces } from '../ranking/selectPlaces.ts'
import type { Parts } from './parts.ts'

type Deps = Pick<Parts, 'chosen' | 'config' | 'now' | 'onDemand' | 'shop' | 'shopper' | 'state'>

/** Scores are computed anew after this, since recency moves with the clock. */
const SCORES_LIFE = 60_000

const fromOf = ({ options }: ListQuery) => (options as ListOptions | undefined)?.from

/** Those of `wanted` that are listed. */
function inOrderOf(wanted: ReadonlySet<string>, listed: readonly string[]): readonly string[] {
  const both = new Set(listed.filter((id) => wanted.has(id)))
  return [...wanted].filter((id) => both.has(id))
}

export function createLists(deps: Deps) {
  const { chosen, config, onDemand, state, shop, shopper, now } = deps
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
      const scored = ranker.score(shopper.history, time, active, chosen?.of(ranker.model))
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

  function exclusionsOf({ from, order }: ListOptions): readonly Exclusion[] {
    if (from === 'bought') return ['bought', 'basket']
    return from === 'viewed' || order === 'base' ? [] : config.exclude
  }

  /**
   * With the ids of what the shopper has already, where that is left out.
   * @param again ids of what is used up
   */
  function withOwn(query: ListQuery, again: ReadonlySet<string> | undefined): ListQuery {
    if (query.kind === 'rerank') return query
    const { options = {} } = query
    const { excludeIds = [], exclude = exclusionsOf(options) } = options
    if (exclude.length === 0) return query
    const repeatRate = (id: string) => (again?.has(id) ? 1 : shop.ranker?.repeatRate(id))
    const own = ownItems(exclude, shopper.cleaned.events, now(), repeatRate)
    return { ...query, options: { ...options, excludeIds: [...excludeIds, ...own] } }
  }

  /** Of what the shopper did, the latest first; `recommend` as the whole model gives it to a new shopper; else in the shop's order. */
  function unranked(query: ListQuery, { lifts, ...ruled }: Ruled): readonly Recommendation[] {
    const from = fromOf(query)
    const isFirst = query.kind === 'recommend' && !from
    const isSold = (id: string) => shop.catalog?.get(id)?.available !== false
    const listed = idsWithoutModel(isFirst ? shop.firstOrder : shop.order, query)
    const all = ruled.among ? inOrderOf(ruled.among, listed) : listed
    const ids = query.kind === 'rerank' && !query.options?.soldOut ? all.filter(isSold) : all
    const scoreOf = (id: string, place: number) =>
      (isFirst ? shop.firstScore(id) : undefined) ?? -Math.log(place + 1)
    const scores = Float32Array.from(ids, (id, at) => scoreOf(id, at) + (lifts?.get(id) ?? 0))
    const order = lifts?.size ? highestRows(scores, ids.length) : [...ids.keys()]
    const isWhole = query.kind === 'rerank' || from === 'viewed'
    const limits = isWhole ? { perFamily: Number.POSITIVE_INFINITY } : {}
    const options = { ...query.options, ...limits, ...ruled, limit: limitOf(query) }
    const best = (count: number) => order.slice(0, count)
    const { chosen } = selectPlaces(best, options, (at) => shop.catalog?.get(ids[at]))
    return inShopOrder(chosen.map((at) => ids[at])).map((one) => {
      if (from) return { ...one, reason: reasonFrom(from, one.id) }
      return isFirst ? { ...one, reason: shop.firstReason(one.id) } : one
    })
  }

  const answer = (query: ListQuery, ruled: Ruled) =>
    shop.ranker && fromOf(query) !== 'viewed'
      ? ranked(shop.ranker, query, ruled)
      : unranked(query, ruled)

  return {
    list(query: ListQuery): readonly Recommendation[] {
      requireQuery(query)
      const rules = shop.rules?.for(query)
      const asked = withOwn(query, rules?.again)
      const among = amongItems(query, {
        items: shop.catalog?.items ?? [],
        events: shopper.cleaned.events,
        now: now(),
        isNew: (id) => shop.ranker?.isNew(id) ?? false,
      })
      if (shop.rules && rules) return shop.rules.list(rules, asked, answer, among)
      return answer(asked, { among })
    },
    async explain(item: string): Promise<Explanation | null> {
      const { explainItem } = await onDemand()
      const { ranker, rules } = shop
      if (!ranker) return null
      const explain = (by: Scored) => explainItem(ranker, item, by)
      const scored = scoredBy(ranker)
      return rules ? rules.explain(item, ranker, scored, explain) : explain(scored)
    },
  }
}
