/** @module The first list by our own code. */
import { DIMENSION } from '../../src/core/model/baseModel.ts'
import { createEncoder } from '../../src/core/model/encoder.ts'
import { highestRows } from '../../src/core/model/highest.ts'
import { wasmTableProduct } from '../../src/engine/topk/product.ts'
import { COUNT, type Rank, VIEWED } from './page.ts'

export const rank: Rank = async (loading) => {
  const model = await loading
  const product = wasmTableProduct(model.itemVectors, DIMENSION)
  const event = { item: VIEWED, name: 'view_item', time: 0, session: '' } as const
  const scores = new Float32Array(model.itemVectors.length / DIMENSION)
  product(createEncoder(model)([event], 0), scores)
  return highestRows(scores, COUNT)
}
