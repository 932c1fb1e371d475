/** @module The first list by our own code. */
import { DIMENSION } from '../../src/core/model/baseModel.ts'
import { createEncoder } from '../../src/core/model/encoder.ts'
import { highestRows } from '../../src/core/model/highest.ts'
import { addScores } from '../../src/core/model/score.ts'
import { COUNT, type Rank, VIEWED } from './page.ts'

export const rank: Rank = async (loading) => {
  const model = await loading
  const event = { item: VIEWED, name: 'view_item', time: 0, session: '' } as const
  const scores = new Float32Array(model.itemVectors.length / DIMENSION)
  addScores(scores, model.itemVectors, createEncoder(model)([event], 0))
  return highestRows(scores, COUNT)
}
