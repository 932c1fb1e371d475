/** @module What a case tells beyond the arms' metrics: for the curves of the report. */
import { type FusionResult, measureFusions } from './fusion.ts'
import { type Tally, tally } from './reliability.ts'

/** Whose probabilities are checked. */
export const CHECKED_ARMS = ['base-fresh', 'personal'] as const

export interface CaseDetail {
  readonly fusion: FusionResult
  readonly reliability: Readonly<Record<(typeof CHECKED_ARMS)[number], Tally>>
}

export interface DetailScores {
  /** λ = 0 and λ = 1, whatever the guard says, [N]. */
  readonly base: Float32Array
  readonly whole: Float32Array
  /** What the shopper was shown, [N]. */
  readonly personal: Float32Array
}

export function measureDetail(
  { base, whole, personal }: DetailScores,
  chosen: FusionResult['chosen'],
  targets: readonly number[],
): CaseDetail {
  return {
    fusion: measureFusions(base, whole, chosen, targets),
    reliability: { 'base-fresh': tally(base, targets), personal: tally(personal, targets) },
  }
}
