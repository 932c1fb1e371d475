/**
 * @module Forecasts how well devices will rank: NDCG@10 of the base model for training shoppers whom its encoder and
 * trees have not seen. Cases, targets and means are those of `evaluate`. The forecast never uses held-out shoppers.
 */
import {
  firstAtOrAfter,
  isTestCase,
  type NextCase,
  nextCases,
  type ShopperHistory,
} from '@nearside/core/features/cases.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { createRandom, inRandomOrder } from '@nearside/core/model/random.ts'
import { scoreTerms } from '@nearside/core/model/score.ts'
import { mean, shopperMeans, standardError } from './estimates.ts'
import { hitRate, ndcg, placesOf } from './metrics.ts'
import { questionsOf } from './questions.ts'
import type { OutOfFoldStatistics } from './ranker/outOfFold.ts'

/** Number of cases after which no further shopper is drawn. */
const ENOUGH_CASES = 2000
/** Maximum number of cases per shopper; more cases would add little to a mean over shoppers. */
const MOST_CASES_EACH = 100

interface ForecastData {
  readonly shoppers: readonly ShopperHistory[]
  readonly dayOnly: boolean
  readonly statistics: Pick<OutOfFoldStatistics, 'at' | 'compareCases'>
  /** Time of the first case, milliseconds. */
  readonly from: number
  /** Time from which devices know events, milliseconds. */
  readonly installed: number
}

/** @returns metrics for the manifest */
export function forecast(model: BaseModel, data: ForecastData): Record<string, number> {
  const { shoppers, dayOnly, statistics, from, installed } = data
  const random = createRandom(1)
  const cases: NextCase[] = []
  for (const shopper of inRandomOrder(shoppers, random)) {
    if (cases.length >= ENOUGH_CASES) break
    const own = nextCases(shopper, dayOnly, from).filter(isTestCase)
    cases.push(...inRandomOrder(own, random).slice(0, MOST_CASES_EACH))
  }
  const answers = cases
    .sort(statistics.compareCases)
    .flatMap(({ shopper, time, history, next }) => {
      const held = history.slice(firstAtOrAfter(history, installed))
      const { base } = scoreTerms(
        { ...model, statistics: statistics.at(shopper, time, held) },
        held,
        time,
      )
      return questionsOf(next, held, base.length).map(({ suffix, targets, excluded }) => {
        const places = placesOf(base, targets, excluded)
        return { suffix, shopper, ndcg: ndcg(places, 10), hit: hitRate(places, 10) }
      })
    })
  const next = answers.filter(({ suffix }) => suffix === '')
  const ofNew = answers.filter(({ suffix }) => suffix === ':new')
  const ndcgs = shopperMeans(next, (one) => one.ndcg)
  return {
    validationShoppers: ndcgs.length,
    validationCases: next.length,
    'ndcg@10': mean(ndcgs),
    'ndcg@10.error': standardError(ndcgs),
    'hitRate@10': mean(shopperMeans(next, (one) => one.hit)),
    'ndcg@10:new': mean(shopperMeans(ofNew, (one) => one.ndcg)),
  }
}
