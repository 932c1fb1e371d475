/** @module Scores only the items of a large catalog that could rank highest, found by the processor's fastest scan. */
import { createPartialScores, type ScoreInPart } from '@nearside/core/ranking/partialScores.ts'
import { fastTools } from '@nearside/engine/candidates.ts'

export const scoreInPart: ScoreInPart = (model, unshown) =>
  createPartialScores(model, unshown, fastTools(model))
