/** @module Context of a shop at each moment (see `core/features/context`), for training and evaluation. */
import { CONTEXT_KINDS, type ContextSource } from '@nearside/core/features/context/context.ts'
import { contextOver } from '@nearside/core/features/context/lifts.ts'
import { DAY } from '@nearside/core/time.ts'
import { discountsAt } from './prices.ts'
import type { Shop } from './shop.ts'

/** Maximum number of cached discounts: items times days. */
const MOST_CACHED = 1e7

export function contextOf({ items, context = [], prices }: Shop): ContextSource {
  const known = new Map<number, Float32Array>()
  return {
    at: contextOver(context),
    discountsAt(time) {
      if (!prices) return null
      const day = Math.floor(time / DAY)
      const discounts = known.get(day) ?? discountsAt(prices, items.length, time)
      // Discounts are cached by day, because training goes through all days once for each fold of shoppers.
      const [oldest] = known.keys()
      if (!known.has(day) && known.size * items.length > MOST_CACHED) known.delete(oldest)
      known.set(day, discounts)
      return discounts
    },
  }
}

/** Kinds of context that training tries: the built-in kinds, and those of `context.tsv`. */
export function contextKindsOf({ context = [] }: Pick<Shop, 'context'>): string[] {
  const named = new Set(context.map(({ name }) => name))
  return [...new Set([...CONTEXT_KINDS, ...[...named].sort()])]
}
