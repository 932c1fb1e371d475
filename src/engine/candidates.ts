/**
 * @module Finds candidates by the fastest implementation that this browser allows; all implementations find the same
 * candidates.
 */

import { type ItemStatistics, withColdStart } from '@nearside/core/features/itemStatistics.ts'
import {
  type CandidateTools,
  createCandidates,
  type FindCandidates,
  plainTools,
  rememberCandidates,
} from '@nearside/core/learning/candidates.ts'
import { FIT_CASES } from '@nearside/core/learning/fitProblem.ts'
import { type ItemScan, plainItemScan } from '@nearside/core/learning/shortlist.ts'
import { type BaseModel, DIMENSION } from '@nearside/core/model/baseModel.ts'
import { wasmItemScan } from './topk/itemScan.ts'

export function fastTools(model: BaseModel): CandidateTools {
  return { ...plainTools(model), scan: fastScan(model.itemVectors, model.statistics) }
}

export function fastScan(vectors: Float32Array, statistics: ItemStatistics): ItemScan {
  const { popularity30 } = withColdStart(statistics)
  try {
    return wasmItemScan(vectors, DIMENSION, popularity30)
  } catch {
    // This browser has no SIMD, or a policy forbids 'wasm-unsafe-eval'.
    return plainItemScan(vectors, popularity30)
  }
}

/** Creates a candidate search for repeated fits of one shopper, which caches the candidates of the last fit's cases. */
export function createFastCandidates(model: BaseModel): FindCandidates {
  return rememberCandidates(createCandidates(model, fastTools(model)), FIT_CASES)
}
