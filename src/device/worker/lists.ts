/**
 * @module The lists that a device answers with. Where it has no ranker (no base model yet, or none
 * at all) they are the catalogue's own order.
 */
import { asGiven, listInOrder, siblings } from '../catalogOrder.ts'
import type { Calls } from '../messages.ts'
import type { ChosenLearners } from './chosenLearners.ts'
import type { Ranker, Scored } from './ranker.ts'
import type { Shop } from './shop.ts'
import type { Shopper } from './shopper.ts'
import type { DeviceState } from './state.ts'

export interface ListsDeps {
  readonly state: Pick<DeviceState, 'personal' | 'revision'>
  readonly shop: Shop
  readonly shopper: Pick<Shopper, 'history'>
  readonly learners: Pick<ChosenLearners, 'of'>
  readonly now: () => number
}

export type Lists = {
  [K in 'recommend' | 'similar' | 'boughtTogether' | 'rerank' | 'explain']: (
    ...args: Parameters<Calls[K]>
  ) => ReturnType<Calls[K]>
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

  return {
    recommend(options) {
      const { ranker } = shop
      return ranker
        ? ranker.recommend(scoredBy(ranker), options)
        : listInOrder(shop.firstOrder, options)
    },
    similar: (item, options) =>
      shop.ranker ? shop.ranker.similar(item, options) : siblings(shop.order, item, options),
    boughtTogether: (item, options) => shop.ranker?.boughtTogether(item, options) ?? [],
    rerank(items, options) {
      const { ranker } = shop
      if (ranker) return ranker.rerank(items, scoredBy(ranker), options)
      const gone = (id: string) => shop.catalog?.get(id)?.available === false && !options.soldOut
      return asGiven([...new Set(items)].filter((id) => !gone(id))).slice(
        0,
        options.limit ?? items.length,
      )
    },
    explain: (item) => shop.ranker?.explain(item, scoredBy(shop.ranker)) ?? null,
  }
}
