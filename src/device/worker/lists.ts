/**
 * @module The lists that a device answers with. Where it has no ranker (no base model yet, or none
 * at all) they are the catalog's own order.
 */
import type { ListOptions, ListQuery, Recommendation } from '../apiLists.ts'
import { inShopOrder, listWithoutModel } from '../catalogOrder.ts'
import { ownItems } from './ownItems.ts'
import type { Parts } from './parts.ts'
import type { Ranker, Scored } from './ranker.ts'
import { requireQuery } from './requireQuery.ts'
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

  function ranked(ranker: Ranker, query: ListQuery): readonly Recommendation[] {
    const { options = {} } = query
    switch (query.kind) {
      case 'recommend':
        return ranker.recommend(scoredBy(ranker), options)
      case 'similar':
        return ranker.similar(query.item, options)
      case 'boughtTogether':
        return ranker.boughtTogether(query.item, options)
      case 'rerank':
        return ranker.rerank(query.items, scoredBy(ranker), options)
    }
  }

  /** With the ids of what the shopper has already, where that is left out. */
  function withOwn(query: ListQuery): ListQuery {
    if (query.kind === 'rerank') return query
    const { options = {} } = query
    const { excludeIds = [], exclude = options.order === 'base' ? [] : config.exclude } = options
    if (exclude.length === 0) return query
    const repeatRate = (id: string) => shop.ranker?.repeatRate(id)
    const own = ownItems(exclude, shopper.cleaned.events, now(), repeatRate)
    return { ...query, options: { ...options, excludeIds: [...excludeIds, ...own] } }
  }

  function unranked(query: ListQuery): readonly Recommendation[] {
    if (query.kind === 'recommend') {
      return firstList(query.options)
    }
    if (query.kind !== 'rerank' || query.options?.soldOut)
      return listWithoutModel(shop.order, query)
    const items = query.items.filter((id) => shop.catalog?.get(id)?.available !== false)
    return listWithoutModel(shop.order, { ...query, items })
  }

  /** As the whole model gives it to a new shopper. */
  function firstList(options: ListOptions = {}): readonly Recommendation[] {
    const { ids } = shop.firstOrder
    const all = { kind: 'recommend', options: { ...options, limit: ids.length } } as const
    const list = listWithoutModel(shop.firstOrder, all).map(({ id }) => id)
    const best = (count: number) => [...list.slice(0, count).keys()]
    const familyOf = (place: number) => shop.catalog?.get(list[place])?.groupId
    const places = selectPlaces(best, options, familyOf)
    return inShopOrder(places.map((place) => list[place])).map((one) => ({
      ...one,
      reason: shop.firstReason(one.id),
    }))
  }

  return {
    list(query: ListQuery): readonly Recommendation[] {
      requireQuery(query)
      const asked = withOwn(query)
      return shop.ranker ? ranked(shop.ranker, asked) : unranked(asked)
    },
    explain: (item: string) => shop.ranker?.explain(item, scoredBy(shop.ranker)) ?? null,
  }
}
