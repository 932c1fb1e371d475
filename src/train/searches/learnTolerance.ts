/**
 * @module Learns the search tolerance: how much relevance a search result may lack and still move above another result
 * in the personal order. It is learned from shoppers' queries and the purchases after them, and is 0 unless a wider
 * tolerance surely ranks purchases higher.
 */
import { createTitleIndex } from '@nearside/core/catalog/titleIndex.ts'
import type { ShopperHistory } from '@nearside/core/features/cases.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { scoreTerms } from '@nearside/core/model/score.ts'
import { blend } from '@nearside/core/search/blend.ts'
import { createProductSearch } from '@nearside/core/search/search.ts'
import { mean, shopperMeans, standardError } from '../estimates.ts'
import { ndcg } from '../metrics.ts'
import type { OutOfFoldStatistics } from '../ranker/outOfFold.ts'
import type { Shop } from '../shop/shop.ts'
import { likedOf, typedQueries } from './typed.ts'

/** At most 0.2: a hit for a synonym has 0.8 of the relevance, and must not overtake a hit for the word itself. */
const TOLERANCES = [0, 0.05, 0.1, 0.2] as const
/** Fewest shoppers for a reliable standard error of the mean. */
const FEWEST_SHOPPERS = 30
/** Number of standard errors by which a gain must exceed 0. */
const SURE = 2
/** Number of hits that a results page requests. */
const LIMIT = 500

/**
 * Chooses the widest tolerance that surely ranks purchases higher than the best narrower tolerance.
 * @param shoppers shoppers on whom the model was not trained
 * @param from milliseconds; earlier queries count only as history
 * @returns the tolerance, and `metrics` for the manifest
 */
export function learnTolerance(
  model: BaseModel,
  { items, searches = [] }: Pick<Shop, 'items' | 'searches'>,
  shoppers: readonly ShopperHistory[],
  statistics: OutOfFoldStatistics,
  from: number,
): { readonly tolerance: number; readonly metrics: Readonly<Record<string, number>> } {
  if (searches.length === 0) return { tolerance: 0, metrics: {} }
  const search = createProductSearch(items)
  const rows = new Map(model.itemIds.map((id, row) => [id, row]))
  const find = (query: string) => search.find(query, LIMIT)
  const typed = typedQueries(searches, shoppers, from, rows, find, createTitleIndex(items))
  const asked = typed.perShopper.flat().sort(statistics.compareCases)
  const qualities = asked.map(({ shopper, time, history, targets, hits }) => {
    const known = { ...model, statistics: statistics.at(shopper, time, history) }
    const liked = likedOf(rows, hits, scoreTerms(known, history, time).base)
    return TOLERANCES.map((tolerance) => {
      const places = blend(hits, liked, tolerance).flatMap(({ id }, place) =>
        targets.includes(rows.get(id) ?? -1) ? [place] : [],
      )
      return ndcg(Int32Array.from(places), 10)
    })
  })
  const isSurelyBetter = (wider: number, best: number) => {
    const gains = shopperMeans(asked, (_, k) => qualities[k][wider] - qualities[k][best])
    return gains.length >= FEWEST_SHOPPERS && mean(gains) > SURE * standardError(gains)
  }
  let best = 0
  for (let wider = 1; wider < TOLERANCES.length; wider++)
    if (isSurelyBetter(wider, best)) best = wider
  return { tolerance: TOLERANCES[best], metrics: { searchesAnswered: asked.length } }
}
