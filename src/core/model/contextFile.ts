/** @module Reads a model's context terms. A device loads this code only for a model that has such terms. */
import { NO_CONTEXT } from '../features/context/context.ts'
import { CONTEXT_CODE, contextFeature } from '../features/context/contextFeatures.ts'
import type { ContextTable } from '../features/context/lifts.ts'
import type { ContextPart } from './baseModel.ts'
import { corrupt, readRows, readStrings, taker } from './fields.ts'
import { MODEL_FILES } from './parts.ts'
import type { Tensors } from './safetensors.ts'

export function contextFromTensors(
  tensors: Tensors,
  items: number,
): { readonly context: ContextPart; readonly tables: readonly ContextTable[] } {
  const file = MODEL_FILES.context
  const take = taker(tensors, file)
  const names = readStrings(take('terms', Uint8Array, null), 'terms')
  const weights = take('weights', Float32Array, [names.length])
  const terms = names.map((name, t) => {
    const feature = contextFeature(name)
    if (!feature) throw corrupt(`${file} names '${name}', which is no context feature`)
    if (!Number.isFinite(weights[t])) throw corrupt(`${file} gives '${name}' no finite weight`)
    return { feature, weight: weights[t] }
  })
  const kinds = readStrings(take('kinds', Uint8Array, null), 'kinds')
  const tables = kinds.map((kind): ContextTable => {
    const values = readStrings(take(`${kind}_values`, Uint8Array, null), `${kind}_values`)
    return { kind, values, lifts: readRows(take, kind, values.length, items) }
  })
  return { context: { terms, code: CONTEXT_CODE, contexts: NO_CONTEXT }, tables }
}
