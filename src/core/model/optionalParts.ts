/**
 * @module Writes the file of a model's context terms. `contextFile.ts` reads it: two files, because a bundle has all of
 * a file that it loads on demand, and devices never write.
 */
import type { ContextTable } from '../features/context/lifts.ts'
import type { ContextPart } from './baseModel.ts'
import { rows, strings, vector } from './fields.ts'
import type { Tensor, Tensors } from './safetensors.ts'

/** Writes the lifts as int8, with one scale for each value of a context. */
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
