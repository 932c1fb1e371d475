/**
 * @module The lists that a device answers with. Where it has no ranker (no base model yet, or none
 * at all) they are the catalogue's own order.
 */
import { asGiven, listInOrder, siblings } from '../catalogOrder.ts'
import type { Calls } from '../messages.ts'
import type { Learner } from './learner.ts'
import type { Ranker, Standing } from './ranker.ts'
import type { Shop } from './shop.ts'
import type { Shopper } from './shopper.ts'

export interface ListsDeps {
  readonly shop: Shop
  readonly shopper: Shopper
  readonly learner: Learner
  readonly now: () => number
  /** Rises whenever a list may have changed. */
  readonly revision: () => number
  /** Resolves when the base model is there or known to be missing. */
  readonly whole: () => Promise<void>
}

export type Lists = {
  [K in 'recommend' | 'similar' | 'boughtTogether' | 'rerank' | 'explain']: (
    ...args: Parameters<Calls[K]>
  ) => Promise<ReturnType<Calls[K]>>
}

/** A standing is computed anew after this, since recency moves with the clock. */
const STANDING_LIFE = 60_000

export function createLists({ shop, shopper, learner, now, revision, whole }: ListsDeps): Lists {
  let kept: { ranker: Ranker; revision: number; time: number; standing: Standing } | null = null

  function standingFor(ranker: Ranker): Standing {
    const time = now()
    const fresh =
      kept?.ranker === ranker &&
      kept.revision === revision() &&
      Math.abs(time - kept.time) < STANDING_LIFE
    if (!fresh || !kept) {
      const standing = ranker.stand(shopper.history, time, learner.active)
      kept = { ranker, revision: revision(), time, standing }
    }
    return kept.standing
  }

  return {
    async recommend(options) {
      const { ranker } = shop
      return ranker
        ? ranker.recommend(standingFor(ranker), options)
        : listInOrder(shop.firstOrder, options)
    },
    async similar(item, options) {
      return shop.ranker ? shop.ranker.similar(item, options) : siblings(shop.order, item, options)
    },
    async boughtTogether(item, options) {
      return shop.ranker ? shop.ranker.boughtTogether(item, options) : []
    },
    async rerank(items, options) {
      const { ranker } = shop
      if (ranker) return ranker.rerank(items, standingFor(ranker), options)
      const gone = (id: string) => shop.catalog?.get(id)?.available === false && !options.soldOut
      return asGiven([...new Set(items)].filter((id) => !gone(id))).slice(
        0,
        options.limit ?? items.length,
      )
    },
    async explain(item) {
      await whole()
      const { ranker } = shop
      return ranker ? ranker.explain(item, standingFor(ranker)) : null
    },
  }
}
