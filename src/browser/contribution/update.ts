/** @module Computes the update that a policy requests from a device; an auditor recomputes it by the same code. */
import type { Policy } from '@nearside/aggregate/protocol/policy.ts'
import { countsFor, joinParts } from '@nearside/aggregate/protocol/updateParts.ts'
import type { History } from '@nearside/core/features/history.ts'
import type { FindCandidates } from '@nearside/core/learning/candidates.ts'
import { recentItems, sharedDelta } from '@nearside/core/learning/sharedUpdate.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'

export function updateOf(
  policy: Pick<Policy, 'clipNorm' | 'countShare'>,
  model: BaseModel,
  history: History,
  now: number,
  find?: FindCandidates,
): ArrayLike<number> {
  const gradient = sharedDelta(model, history, now, find)
  if (policy.countShare === undefined) return gradient
  const counts = countsFor(model.manifest.items, gradient.length)
  return joinParts(gradient, recentItems(model, history, now, counts), policy)
}
