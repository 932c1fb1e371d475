/** @module The search as a user of numpy-ts would write it. Its WebAssembly has SIMD, but no threads. */
import { type BaseModel, DIMENSION } from '@nearside/core/model/baseModel.ts'
import { add, argpartition, array, configureWasm, matvec, negative, reshape } from 'numpy-ts/core'
import type { Best } from './bestRows.ts'

// The WASM memory (default: 256 MiB) doesn't grow, and arrays that don't fit are slower.
configureWasm({ maxMemory: 2 ** 30 })

export function numpySearch(
  { itemVectors, bias }: Pick<BaseModel, 'itemVectors' | 'bias'>,
  query: Float32Array,
  places: number,
): () => Promise<Best> {
  const table = reshape(array(itemVectors, 'float32'), [bias.length, DIMENSION])
  const more = array(bias, 'float32')
  return async () => {
    const given = array(query, 'float32')
    const products = matvec(table, given)
    const scores = add(products, more)
    const ascending = negative(scores)
    const order = argpartition(ascending, places - 1)
    const [lowest, values] = [order.data, scores.data]
    const best = Array.from({ length: places }, (_, place) => {
      const row = Number(lowest[place])
      return { row, score: Number(values[row]) }
    }).sort((a, b) => b.score - a.score)
    for (const used of [given, products, scores, ascending, order]) used.dispose()
    return { rows: best.map(({ row }) => row), scores: best.map(({ score }) => score) }
  }
}
