/** Compares the sparse table of a large catalog (a batch moves only its own rows) with the dense table. */

import { DIMENSION } from '@nearside/core/model/baseModel.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { testShop } from '@nearside/evaluate/testShop.ts'
import { expect, test } from 'vitest'
import { NO_WORD_VECTORS } from '../wordVectors.ts'
import { createAdam } from './adamW.ts'
import { createItemTable } from './itemTable.ts'
import { createMatrix } from './matrix.ts'
import { ENCODER_SETTINGS, trainEncoder } from './train.ts'

/** The last item has no category or title, so its vector is only the part that is learned for its id. */
const ITEMS = Array.from({ length: 30 }, (_, i) => ({
  id: `i${i}`,
  ...(i < 29 && { category: i % 2 ? 'a' : 'b' }),
}))
const EVERY = Int32Array.from(ITEMS.keys())
const RATE = 0.05
const DECAY = 0.1

/** Trains a table with random gradients, the same in each call with the same batches. @returns item vectors */
function move(sparseFrom: number, batches: readonly Int32Array[]): Float32Array {
  const random = createRandom(1)
  const settings = { leastTitles: 1, priceBands: 3, idDropout: 0, decay: DECAY, sparseFrom }
  const matrix = createMatrix(100_000)
  const names = ['', 'a', 'b']
  const table = createItemTable(matrix, ITEMS, names, NO_WORD_VECTORS, settings, random)
  const adam = createAdam(matrix, table.parameters)
  const pulls = createRandom(2)
  for (const met of batches) {
    table.compose(random)
    table.meet(met)
    for (const item of met)
      for (let j = 0; j < DIMENSION; j++) table.gradient[item * DIMENSION + j] += pulls.normal()
    table.backward()
    adam(RATE, 1)
  }
  table.compose(null)
  return table.vectors
}

test('if every batch holds all items, sparse and dense tables are identical to the last bit', () => {
  const batches = [EVERY, EVERY, EVERY]
  expect(move(0, batches)).toEqual(move(1000, batches))
})

test('an item that is in no batch changes by weight decay alone', () => {
  const met = Int32Array.of(3, 7, 3)
  const rowOf = (vectors: Float32Array, item: number) => [
    ...vectors.subarray(item * DIMENSION, (item + 1) * DIMENSION),
  ]
  const before = move(0, [EVERY])
  const after = move(0, [EVERY, met, met, met])
  const owed = (1 - RATE * DECAY) ** 3
  rowOf(before, 29).forEach((value, j) => {
    expect(after[29 * DIMENSION + j]).toBeCloseTo(value * owed, 6)
  })
  expect(rowOf(after, 3)).not.toEqual(rowOf(before, 3))
})

test('training gives the sparse table’s item vectors about the same norm as the dense table’s', async () => {
  const { items, shoppers } = testShop(30, 12)
  const until = shoppers[0].interactions.at(-1)!.time + 1
  const data = { items, categories: [''], shoppers, until, words: NO_WORD_VECTORS }
  const train = (sparseFrom: number) =>
    trainEncoder(
      data,
      {
        ...ENCODER_SETTINGS,
        epochs: 3,
        negatives: 16,
        table: { ...ENCODER_SETTINGS.table, sparseFrom },
      },
      1,
    )
  const [sparse, whole] = [await train(0), await train(1000)]
  const length = (values: Float32Array) => Math.hypot(...values)
  expect(length(sparse.itemVectors) / length(whole.itemVectors)).toBeGreaterThan(0.8)
  expect(length(sparse.itemVectors) / length(whole.itemVectors)).toBeLessThan(1.25)
})
