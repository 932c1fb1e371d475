/** @module The first list by our own kernels. */

import { DIMENSION } from '../../src/core/model/baseModel.ts'
import { createFastEncoder } from '../../src/engine/encoder/encoder.ts'
import { createWasmTopK } from '../../src/engine/topk/wasm.ts'
import { COUNT, type Rank, VIEWED } from './page.ts'

export const rank: Rank = async (loading) => {
  const model = await loading
  const encode = createFastEncoder(model)
  const table = await createWasmTopK({ columns: DIMENSION, vectors: model.itemVectors })
  const event = { item: VIEWED, name: 'view_item', time: 0, session: '' } as const
  return (await table.top(encode([event], 0), COUNT)).ids
}
