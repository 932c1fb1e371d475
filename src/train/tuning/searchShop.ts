/** @module A search alone: on the shoppers and the time that a model would be trained on. */
import { planByTime } from '../plan.ts'
import type { Shop } from '../shop/shop.ts'
import type { Holdout } from '../split.ts'
import { type RankerSearchOptions, type SearchReport, searchRanker } from './rankerSearch.ts'

export interface ShopSearchOptions extends Omit<RankerSearchOptions, 'until'> {
  readonly holdout: Holdout
  /** Exclusive, milliseconds since the epoch; null for the end of the log. */
  readonly until: number | null
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** @throws NearsideError `input-invalid` where the log holds too little */
export async function searchShop(shop: Shop, options: ShopSearchOptions): Promise<SearchReport> {
  const { until, holdout, seed, now } = options
  const { questions } = planByTime(shop, until, holdout, seed, now)
  const data = { items: shop.items, shoppers: questions.training, dayOnly: shop.dayOnly }
  return searchRanker(data, { ...options, until: questions.until })
}
