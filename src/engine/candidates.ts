/** @module Fastest implementation of the candidates on this processor; all yield the same candidates. */

import { withColdStart } from '@nearside/core/features/itemStatistics.ts'
import {
  type CandidateTools,
  createCandidates,
  type FindCandidates,
  plainTools,
} from '@nearside/core/learning/candidates.ts'
import { FIT_CASES } from '@nearside/core/learning/fitProblem.ts'
import { rememberCandidates } from '@nearside/core/learning/rememberCandidates.ts'
import { type BaseModel, DIMENSION } from '@nearside/core/model/baseModel.ts'
import { wasmItemScan } from './topk/itemScan.ts'

export function fastTools(model: BaseModel): CandidateTools {
  const plain = plainTools(model)
  try {
    const { popularity30 } = withColdStart(model.statistics)
    return { ...plain, scan: wasmItemScan(model.itemVectors, DIMENSION, popularity30) }
  } catch {
    // SIMD is missing, or a policy forbids 'wasm-unsafe-eval'.
    return plain
  }
}

/** Finder for repeated fits of one shopper; it caches the cases of the last fit until the caller drops it. */
export function createFastCandidates(model: BaseModel): FindCandidates {
  return rememberCandidates(createCandidates(model, fastTools(model)), FIT_CASES)
}
