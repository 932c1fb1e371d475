/** @module Computes the first list by Nearside's own code. */
import { DIMENSION } from '@nearside/core/model/baseModel.ts'
import { createEncoder } from '@nearside/core/model/encoder.ts'
import { highestRows } from '@nearside/core/model/highest.ts'
import { addScores } from '@nearside/core/model/score.ts'
import { COUNT, type Rank, VIEWED } from './page.ts'

export const rank: Rank = async (loading) => {
  const model = await loading
  const event = { item: VIEWED, name: 'view_item', time: 0, session: '' } as const
  const scores = new Float32Array(model.itemVectors.length / DIMENSION)
  addScores(scores, model.itemVectors, createEncoder(model)([event], 0))
  return highestRows(scores, COUNT)
}
