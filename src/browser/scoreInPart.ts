/** @module Scores only those items of a large catalog that could rank highest; `fastTools` finds them. */
import { createPartialScores, type ScoreInPart } from '@nearside/core/ranking/partialScores.ts'
import { fastTools } from '@nearside/engine/candidates.ts'

export const scoreInPart: ScoreInPart = (model, unshown) =>
  createPartialScores(model, unshown, fastTools(model))
