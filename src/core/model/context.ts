/** @module Context terms of the score, the same in training and on the device. */
import type { ContextSource } from '../features/context/context.ts'
import { computeContext } from '../features/context/contextFeatures.ts'
import type { History } from '../features/history.ts'
import type { BaseModel } from './baseModel.ts'

/** scores += w_c · c(H, t, context); no change if the model has no context terms. */
export function addContext(
  scores: Float32Array,
  { context, statistics }: Pick<BaseModel, 'context' | 'statistics'>,
  history: History,
  now: number,
): void {
  if (!context) return
  const features = context.terms.map(({ feature }) => feature)
  const columns = computeContext(features, statistics, history, now, context.contexts)
  columns.forEach((column, c) => {
    const { weight } = context.terms[c]
    for (let item = 0; item < scores.length; item++) scores[item] += weight * column[item]
  })
}

/** The model with the given contexts; the same model if it has no context terms. */
export function withContext(model: BaseModel, contexts: ContextSource): BaseModel {
  return model.context ? { ...model, context: { ...model.context, contexts } } : model
}
