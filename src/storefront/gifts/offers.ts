/** @module Products that fit a budget for several people, with the shopper's scores. */
import { useEffect, useState } from 'react'
import type { Item, Recommendation } from '../../index.ts'
import { usePersonalizer } from '../../react.ts'
import { departmentOf, isSold } from '../catalog.ts'
import { order } from '../preferences.ts'
import { useShop } from '../shop.ts'
import { useSignal } from '../signal.ts'
import type { BudgetWish } from './budgetWish.ts'
import type { Offer } from './fillBudget.ts'

/** A gift costs at least a quarter of, and at most twice, an equal share of the budget: no gift is far too cheap. */
const LEAST_SHARE = 0.25
const MOST_SHARE = 2

const penceOf = ({ price = 0 }: Item): number => Math.round(100 * price)

/** All products that can be proposed as gifts; null until they are ranked. */
export function useOffers(): readonly Offer[] | null {
  const personalizer = usePersonalizer()
  const { catalog, unavailable } = useShop()
  const wanted = useSignal(order)
  const [offers, setOffers] = useState<readonly Offer[] | null>(null)
  useEffect(() => {
    if (!personalizer && !unavailable) return
    let left = false
    const items = catalog.items.filter((item) => isSold(item) && penceOf(item) > 0)
    const ids = items.map(({ id }) => id)
    const ranked = personalizer?.rerank(ids, { order: wanted }).catch(() => []) ?? []
    void Promise.resolve(ranked).then((list) => {
      if (!left) setOffers(offersOf(items, list))
    })
    return () => {
      left = true
    }
  }, [personalizer, unavailable, catalog, wanted])
  return offers
}

/** If no model has scored the products, the score of a product follows from its rank in the shop's ranking. */
function offersOf(items: readonly Item[], ranked: readonly Recommendation[]): readonly Offer[] {
  const isScored = ranked.some(({ score }) => score !== ranked[0].score)
  const scores = new Map(ranked.map(({ id, score, rank }) => [id, isScored ? score : -rank]))
  return items.map((item, place) => ({
    id: item.id,
    pence: penceOf(item),
    score: scores.get(item.id) ?? -1 - place,
    department: departmentOf(item),
  }))
}

/**
 * Products to choose from in each attempt: first only those whose prices are near an equal share of the budget, then
 * all.
 */
export function attempts(
  offers: readonly Offer[],
  { pence, people }: BudgetWish,
): readonly (readonly Offer[])[] {
  const share = pence / people
  const fair = offers.filter(
    (offer) => offer.pence >= LEAST_SHARE * share && offer.pence <= MOST_SHARE * share,
  )
  return [fair, offers]
}
