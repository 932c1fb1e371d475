/**
 * @module Writes and reads files that only some models have: terms for contexts such as the weather, and picture
 * vectors. `contextFile.ts` reads the terms; only devices with such a model load its code.
 */
import type { ContextTable } from '../features/context/lifts.ts'
import { type ContextPart, DIMENSION } from './baseModel.ts'
import { rows, strings, taker, vector } from './fields.ts'
import { MODEL_FILES } from './parts.ts'
import type { Tensor, TensorData, Tensors } from './safetensors.ts'

/** Writes the items' lifts (log change of demand in a context) as int8, with one scale per value of a context. */
export function contextToTensors({ terms }: ContextPart, tables: readonly ContextTable[]): Tensors {
  const used = tables.filter(
    ({ kind, values }) => values.length > 0 && terms.some(({ feature }) => feature.kind === kind),
  )
  return new Map<string, Tensor>([
    ['terms', strings(terms.map(({ feature }) => feature.name))],
    ['weights', vector(Float32Array.from(terms, ({ weight }) => weight))],
    ['kinds', strings(used.map(({ kind }) => kind))],
    ...used.flatMap(({ kind, values, lifts }): [string, Tensor][] => [
      [`${kind}_values`, strings(values)],
      ...rows(kind, lifts, lifts.length / values.length),
    ]),
  ])
}

export const picturesToTensors = (pictures: Int8Array): Tensors =>
  new Map([
    ['vectors', { shape: [pictures.length / DIMENSION, DIMENSION], data: pictures as TensorData }],
  ])

export const picturesFromTensors = (tensors: Tensors | undefined, items: number) =>
  tensors && taker(tensors, MODEL_FILES.pictures)('vectors', Int8Array, [items, DIMENSION])
