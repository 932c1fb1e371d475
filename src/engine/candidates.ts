/** @module Candidates at their fastest on this processor; whichever runs, they are the same. */

import { withColdStart } from '../core/features/coldStart.ts'
import { type BaseModel, DIMENSION } from '../core/model/baseModel.ts'
import {
  type CandidateTools,
  createCandidates,
  type FindCandidates,
  plainTools,
} from '../core/personal/candidates.ts'
import { FIT_CASES } from '../core/personal/fitProblem.ts'
import { rememberCandidates } from '../core/personal/rememberCandidates.ts'
import { wasmItemScan } from './topk/itemScan.ts'

export function fastTools(model: BaseModel): CandidateTools {
  const plain = plainTools(model)
  try {
    const { popularity30 } = withColdStart(model.statistics)
    return { ...plain, scan: wasmItemScan(model.itemVectors, DIMENSION, popularity30) }
  } catch {
    // No SIMD, or a policy without 'wasm-unsafe-eval'.
    return plain
  }
}

/** For fit after fit of one shopper: keeps the cases of the last one, until it is dropped. */
export function createFastCandidates(model: BaseModel): FindCandidates {
  return rememberCandidates(createCandidates(model, fastTools(model)), FIT_CASES)
}
