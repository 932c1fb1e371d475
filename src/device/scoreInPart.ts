/** @module Partial scoring of a large catalog, with the fastest scan on this processor. */
import { createPartialScores, type ScoreInPart } from '../core/ranking/partialScores.ts'
import { fastTools } from '../engine/candidates.ts'

export const scoreInPart: ScoreInPart = (model, unshown) =>
  createPartialScores(model, unshown, fastTools(model))
