/** @module Partial scoring of a large catalog, with the fastest scan on this processor. */
import { createPartialScores, type ScoreInPart } from '@nearside/core/ranking/partialScores.ts'
import { fastTools } from '@nearside/engine/candidates.ts'

export const scoreInPart: ScoreInPart = (model, unshown) =>
  createPartialScores(model, unshown, fastTools(model))
