/** @module A shop folder's context of each moment, in the form that training and evaluation use. */

import { CONTEXT_KINDS, type ContextSource } from '@nearside/core/features/context/context.ts'
import { contextOver } from '@nearside/core/features/context/lifts.ts'
import { DAY } from '@nearside/core/time.ts'
import { discountsAt } from './prices.ts'
import type { Shop } from './shop.ts'

export function contextOf({ items, context = [], prices }: Shop): ContextSource {
  let last: { readonly day: number; readonly discounts: Float32Array } | null = null
  return {
    at: contextOver(context),
    discountsAt(time) {
      if (!prices) return null
      const day = Math.floor(time / DAY)
      // Only the last day is cached: cases of one day follow each other, and all days would take items × days numbers.
      if (last?.day !== day) last = { day, discounts: discountsAt(prices, items.length, time) }
      return last.discounts
    },
  }
}

/** Kinds of context that training considers: the built-in kinds, and kinds that the shop names. */
export function contextKindsOf({ context = [] }: Pick<Shop, 'context'>): string[] {
  const named = new Set(context.map(({ name }) => name))
  return [...new Set([...CONTEXT_KINDS, ...[...named].sort()])]
}
