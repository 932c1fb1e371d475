/** @module Scoring a large catalog in part, with the scan that is fastest on this processor. */
import { createPartialScores, type ScoreInPart } from '../core/ranking/partialScores.ts'
import { fastTools } from '../engine/candidates.ts'

export const scoreInPart: ScoreInPart = (model, unshown) =>
  createPartialScores(model, unshown, fastTools(model))
