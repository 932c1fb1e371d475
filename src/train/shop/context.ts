/** @module What a shop folder knows of moments, as training and evaluation ask for it. */

import { CONTEXT_KINDS, type ContextSource } from '../../core/features/context/context.ts'
import { contextOver } from '../../core/features/context/timeline.ts'
import { DAY } from '../../core/time.ts'
import { discountsAt } from './prices.ts'
import type { Shop } from './shop.ts'

export function contextOf({ items, context = [], prices }: Shop): ContextSource {
  let last: { readonly day: number; readonly discounts: Float32Array } | null = null
  return {
    at: contextOver(context),
    discountsAt(time) {
      if (!prices) return null
      const day = Math.floor(time / DAY)
      // Cases of one day follow each other; all days at once would be items × days.
      if (last?.day !== day) last = { day, discounts: discountsAt(prices, items.length, time) }
      return last.discounts
    },
  }
}

/** Kinds of context that training looks at: those that are always there, and what the shop names. */
export function contextKindsOf({ context = [] }: Pick<Shop, 'context'>): string[] {
  const named = new Set(context.map(({ name }) => name))
  return [...new Set([...CONTEXT_KINDS, ...[...named].sort()])]
}
