/**
 * @module The lists that a device answers with. Where it has no ranker (no base model yet, or none
 * at all) they are the catalog's own order.
 */
import { NearsideError } from '../../core/error.ts'
import type { Explanation, ListOptions, ListQuery, Recommendation } from '../api.ts'
import { listWithoutModel } from '../catalogOrder.ts'
import type { ChosenLearners } from './chosenLearners.ts'
import type { Ranker, Scored } from './ranker.ts'
import type { Shop } from './shop.ts'
import type { Shopper } from './shopper.ts'
import type { DeviceState } from './state.ts'

export interface ListsDeps {
  readonly state: Pick<DeviceState, 'personal' | 'revision'>
  readonly shop: Pick<
    Shop,
    'ranker' | 'loaded' | 'catalog' | 'order' | 'firstOrder' | 'firstReason'
  >
  readonly shopper: Pick<Shopper, 'history'>
  readonly learners: Pick<ChosenLearners, 'of'>
  readonly now: () => number
}

export interface Lists {
  list(query: ListQuery): readonly Recommendation[]
  explain(item: string): Explanation | null
}

/** Scores are computed anew after this, since recency moves with the clock. */
const SCORES_LIFE = 60_000

export function createLists({ state, shop, shopper, learners, now }: ListsDeps): Lists {
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
      const chosen = learners.of(ranker.model)
      const scored = ranker.score(shopper.history, time, active, chosen)
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

  function unranked(query: ListQuery): readonly Recommendation[] {
    if (query.kind === 'recommend') {
      return listWithoutModel(shop.firstOrder, query).map((one) => ({
        ...one,
        reason: shop.firstReason(one.id),
      }))
    }
    if (query.kind !== 'rerank' || query.options?.soldOut)
      return listWithoutModel(shop.order, query)
    const items = query.items.filter((id) => shop.catalog?.get(id)?.available !== false)
    return listWithoutModel(shop.order, { ...query, items })
  }

  return {
    list(query) {
      requireQuery(query)
      return shop.ranker ? ranked(shop.ranker, query) : unranked(query)
    },
    explain: (item) => shop.ranker?.explain(item, scoredBy(shop.ranker)) ?? null,
  }
}

/** @throws NearsideError `input-invalid` for a list that can't be meant */
function requireQuery({ options = {}, ...query }: ListQuery): void {
  const refuse = (what: string) => new NearsideError('input-invalid', `${query.kind}: ${what}.`)
  const isIds = (value: unknown) =>
    Array.isArray(value) && value.every((id) => typeof id === 'string')
  if (typeof options !== 'object' || options === null) throw refuse('its options are no object')
  const { limit, order, exclude } = options as ListOptions
  if (limit !== undefined && !(typeof limit === 'number' && limit >= 0))
    throw refuse(`limit must be a number from 0, not ${limit}`)
  if (order !== undefined && order !== 'personal' && order !== 'base')
    throw refuse(`order must be personal or base, not ${order}`)
  if (exclude !== undefined && !isIds(exclude)) throw refuse('exclude must be an array of ids')
  if ('items' in query && !isIds(query.items)) throw refuse('it takes an array of ids')
  if ('item' in query && typeof query.item !== 'string') throw refuse('it takes the id of an item')
}
