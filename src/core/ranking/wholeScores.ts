/** @module Full scoring: the scores of every item of a catalog at once. */
import type { History } from '../features/history.ts'
import type { BaseModel } from '../model/baseModel.ts'
import { createEncoder } from '../model/encoder.ts'
import { personalScores, scoreTerms } from '../model/score.ts'
import type { CandidateLearners } from '../personal/learners/candidateLearners.ts'
import { wholeFeatures } from './featureRows.ts'
import type { ActivePersonal, PartialScores } from './partialScores.ts'

/** @param learners additional learners, which need the scores of all items; null for none */
export type ScoreWhole = (
  history: History,
  now: number,
  personal: ActivePersonal | null,
  learners: Pick<CandidateLearners, 'reorder'> | null,
) => PartialScores

export function createWholeScores(model: BaseModel): ScoreWhole {
  // The encoder caches the states of its last run, so a new event costs only its own step and the one before.
  const encode = createEncoder(model)
  return (history, now, personal, learners) => {
    const terms = scoreTerms(model, history, now, encode(history, now))
    const summed = personal
      ? personalScores(model, terms, personal.parameters, personal.fusionWeight)
      : terms.base
    const scores = learners?.reorder(terms.features, summed) ?? summed
    return {
      learnersLift: (row) => scores[row] - summed[row],
      scoresOf: (rows) => gather(scores, rows),
      among: () => null,
      features: wholeFeatures(terms.features),
      hidden: terms.hidden,
      candidates: terms.candidates,
    }
  }
}

/** Scores in the order of the rows, so that the shop's order breaks ties. */
export function gather(scores: Float32Array, rows: readonly number[]): Float32Array {
  const gathered = new Float32Array(rows.length)
  for (let at = 0; at < rows.length; at++) gathered[at] = scores[rows[at]]
  return gathered
}
