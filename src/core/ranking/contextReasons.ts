/** @module Finds the reasons and contributions that the current context gives, for a model that has context terms. */
import type { ContextFeature } from '../features/context/contextFeatures.ts'
import type { History } from '../features/history.ts'
import type { BaseModel, ContextTerm } from '../model/baseModel.ts'
import type { Reason, Recommendation } from './apiLists.ts'
import { isFallback } from './reasons.ts'

interface ShownContext extends ContextTerm {
  /** Raw value of the feature for each item, [N]. */
  readonly column: Float32Array
  readonly mean: number
  /** Current value of this kind of context as a word, e.g. `rain`. */
  readonly value: string | undefined
}

/** Terms of the current context; empty if the model has no context terms. */
export function contextTerms(model: BaseModel, history: History, now: number): ShownContext[] {
  const { context, statistics } = model
  if (!context) return []
  const { code, contexts, terms } = context
  const features = terms.map(({ feature }) => feature)
  return code.compute(features, statistics, history, now, contexts).map((column, c) => ({
    ...terms[c],
    column,
    mean: column.reduce((sum, value) => sum + value, 0) / Math.max(1, column.length),
    value: code.valueAt(terms[c].feature.kind, now, contexts),
  }))
}

export function contextKind({ form }: ContextFeature): 'context' | 'offer' {
  return form === 'discount' || form === 'discountTouched' ? 'offer' : 'context'
}

/** Context or offer that raises the item's score most, as a reason; null if none does. */
function strongestContext(terms: readonly ShownContext[], row: number): Reason | null {
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

/**
 * Gives the context as the reason of each item that only the list with the context contains.
 * @param plain ids of the list without the context
 */
export function withContextReasons(
  list: readonly Recommendation[],
  plain: ReadonlySet<string>,
  terms: readonly ShownContext[],
  rowOf: (id: string) => number | undefined,
): readonly Recommendation[] {
  return list.map((one) => {
    if (plain.has(one.id) || !isFallback(one)) return one
    return { ...one, reason: strongestContext(terms, rowOf(one.id) ?? -1) ?? one.reason }
  })
}
