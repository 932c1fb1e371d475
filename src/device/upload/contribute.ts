/** @module The device's part of a round: the update that its own history suggests, sent once. */

import type { History } from '../../core/features/history.ts'
import type { BaseModel } from '../../core/model/baseModel.ts'
import { sharedDelta } from '../../core/personal/sharedUpdate.ts'
import { type Contribution, type ReportDependencies, sendReport } from './sendReport.ts'

export interface ContributeDependencies extends ReportDependencies {
  readonly model: BaseModel
  readonly history: History
}

/**
 * Sends one report if consent, budget and an open round allow; never throws.
 * The personal parameters never take part: the update is about what everybody shares.
 */
export function contribute(deps: ContributeDependencies): Promise<Contribution> {
  const { model, history, now } = deps
  return sendReport(deps, () => sharedDelta(model, history, now()))
}
