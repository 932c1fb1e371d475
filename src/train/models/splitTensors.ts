/** @module Extracts some items' rows and neighbours from a model's tensors. */
import type { ItemStatistics } from '@nearside/core/features/itemStatistics.ts'
import { vector } from '@nearside/core/model/fields.ts'
import type { Tensor } from '@nearside/core/model/safetensors.ts'

export function gather({ shape, data }: Tensor, rows: readonly number[]): Tensor {
  const columns = data.length / shape[0]
  const picked = new (data.constructor as new (length: number) => typeof data)(
    rows.length * columns,
  )
  rows.forEach((row, at) => {
    picked.set(data.subarray(row * columns, (row + 1) * columns), at * columns)
  })
  return { shape: [rows.length, ...shape.slice(1)], data: picked }
}

export function gatherColumns(
  { shape: [count, columns], data }: Tensor,
  kept: readonly number[],
): Tensor {
  const picked = new (data.constructor as new (length: number) => typeof data)(count * kept.length)
  for (let row = 0; row < count; row++)
    kept.forEach((column, at) => {
      picked[row * kept.length + at] = data[row * columns + column]
    })
  return { shape: [count, kept.length], data: picked }
}

/**
 * Splits the neighbours between head and shards. Items get new numbers: the head's items first, then each shard's.
 * @param numbers new number of each row's item, [N]
 * @param head rows of the head's items, by number
 */
export function splitNeighbours(
  { neighboursPerItem: each, neighbourItems, neighbourWeights }: ItemStatistics,
  numbers: Uint32Array,
  head: readonly number[],
) {
  const byteOf = (k: number) => Math.round(neighbourWeights[k] * 255)
  /** For each item of the tail, by its number: numbers and weights of the head's items that co-occur with it. */
  const ties = new Map<number, [head: number, weight: number][]>()
  for (const [number, row] of head.entries())
    for (let k = row * each; k < (row + 1) * each && neighbourWeights[k] > 0; k++) {
      const neighbour = numbers[neighbourItems[k]]
      if (neighbour < head.length) continue
      const known = ties.get(neighbour) ?? []
      known.push([number, byteOf(k)])
      ties.set(neighbour, known)
    }
  return {
    /** Neighbour tables of the given rows, without neighbours whose number is `known` or higher. */
    tables(rows: readonly number[], known: number): [string, Tensor][] {
      const shape = [rows.length, each]
      const length = rows.length * each
      const data = known <= 2 ** 16 ? new Uint16Array(length) : new Uint32Array(length)
      const weights = new Uint8Array(length)
      rows.forEach((row, at) => {
        let next = at * each
        for (let k = row * each; k < (row + 1) * each && neighbourWeights[k] > 0; k++) {
          if (numbers[neighbourItems[k]] >= known) continue
          data[next] = numbers[neighbourItems[k]]
          weights[next++] = byteOf(k)
        }
        data.fill(numbers[row], next, (at + 1) * each)
      })
      return [
        ['neighbour_items', { shape, data }],
        ['neighbour_weights', { shape, data: weights }],
      ]
    },
    /** Co-occurrence of the head's items with a shard's items, whose `length` numbers begin at `first`. */
    tiesOf(first: number, length: number): [string, Tensor][] {
      const own = Array.from({ length }, (_, at) => at).flatMap((at) =>
        (ties.get(first + at) ?? []).map(([item, weight]) => [item, at, weight] as const),
      )
      return [
        ['tie_heads', vector(Uint32Array.from(own, ([item]) => item))],
        ['tie_items', vector(Uint32Array.from(own, ([, at]) => at))],
        ['tie_weights', vector(Uint8Array.from(own, ([, , weight]) => weight))],
      ]
    },
  }
}
