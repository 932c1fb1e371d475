/** @module Contribution of the current context to the scores, if the model has context terms. */
import { contextValue } from '../features/context/context.ts'
import { type ContextFeature, computeContext } from '../features/context/contextFeatures.ts'
import type { History } from '../features/history.ts'
import type { BaseModel, ContextTerm } from '../model/baseModel.ts'
import type { Reason } from './apiLists.ts'

interface ShownContext extends ContextTerm {
  /** Raw values, [N]. */
  readonly column: Float32Array
  readonly mean: number
  /** Current value of this kind of context as a word, e.g. `rain`. */
  readonly value: string | undefined
}

export function contextTerms(model: BaseModel, history: History, now: number): ShownContext[] {
  const { context, statistics } = model
  if (!context) return []
  const { contexts, terms } = context
  const features = terms.map(({ feature }) => feature)
  return computeContext(features, statistics, history, now, contexts).map((column, c) => ({
    ...terms[c],
    column,
    mean: column.reduce((sum, value) => sum + value, 0) / Math.max(1, column.length),
    value: contextValue(terms[c].feature.kind, now, contexts),
  }))
}

export function contextKind({ form }: ContextFeature): 'context' | 'offer' {
  return form === 'discount' || form === 'discountTouched' ? 'offer' : 'context'
}

/** Kind of context that lifts the item most; null if there is none, or if its value is unnamed. */
export function strongestContext(terms: readonly ShownContext[], row: number): Reason | null {
  let strongest: Reason | null = null
  let most = 0
  for (const { feature, column, mean, value, weight } of terms) {
    const lift = weight * (column[row] - mean)
    if (lift <= most) continue
    const kind = contextKind(feature)
    if (kind === 'context' && value === undefined) continue
    most = lift
    strongest = kind === 'offer' ? { kind } : { kind, name: feature.kind, value: value ?? '' }
  }
  return strongest
}
