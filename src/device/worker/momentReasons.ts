/** @module What the context of the moment adds to a score, taken apart. */
import { contextValue } from '../../core/features/context/context.ts'
import { type ContextFeature, computeContext } from '../../core/features/context/contextFeatures.ts'
import type { History } from '../../core/features/history.ts'
import type { BaseModel, ContextTerm } from '../../core/model/baseModel.ts'
import type { Reason } from '../api.ts'

interface MomentTerm extends ContextTerm {
  /** Raw values, [N]. */
  readonly column: Float32Array
  readonly mean: number
  /** What the kind of context is now, for words. */
  readonly value: string | undefined
}

export function momentTerms(model: BaseModel, history: History, now: number): MomentTerm[] {
  const { context, statistics } = model
  if (!context) return []
  const { moments, terms } = context
  const features = terms.map(({ feature }) => feature)
  return computeContext(features, statistics, history, now, moments).map((column, c) => ({
    ...terms[c],
    column,
    mean: column.reduce((sum, value) => sum + value, 0) / Math.max(1, column.length),
    value: contextValue(terms[c].feature.kind, now, moments),
  }))
}

export function momentKind({ form }: ContextFeature): 'moment' | 'offer' {
  return form === 'discount' || form === 'discountTouched' ? 'offer' : 'moment'
}

/** The kind of context that lifts the item most; null where none does. */
export function strongestMoment(terms: readonly MomentTerm[], row: number): Reason | null {
  let strongest: Reason | null = null
  let most = 0
  for (const { feature, column, mean, value, weight } of terms) {
    const lift = weight * (column[row] - mean)
    if (value === undefined || lift <= most || momentKind(feature) !== 'moment') continue
    most = lift
    strongest = { kind: 'moment', name: feature.kind, value }
  }
  return strongest
}
