/** @module What a shopper is shown before they agree to contribute, and what no policy can change. */
import type { Settings } from '../storage/settingRows.ts'

/** What contributing costs at most, and whom it must trust. */
export interface ContributionTerms {
  /** ε of one report, at most. */
  readonly epsilonPerReport: number
  /** ε of all reports in any year, at most. */
  readonly epsilonPerYear: number
  /** The δ at which both are stated. */
  readonly delta: number
  /** `trusted-server`: one operator runs both aggregators and could read a report. */
  readonly trust: 'two-aggregators' | 'trusted-server'
  /**
   * What a report needs: a token that costs work, or one that the shop's server gives to who is signed
   * in, and so learns that they take part. Absent: none.
   */
  readonly tokens?: 'account' | 'work'
}

/** The device's own limits: they hold whatever a policy says, and before one is known. */
export const DEVICE_TERMS: ContributionTerms = {
  epsilonPerReport: 5,
  epsilonPerYear: 12,
  delta: 1e-6,
  trust: 'two-aggregators',
}

/** True where `asked` takes no more than what was agreed to. */
export function isWithin(asked: ContributionTerms, agreed: ContributionTerms): boolean {
  return (
    asked.epsilonPerReport <= agreed.epsilonPerReport &&
    asked.epsilonPerYear <= agreed.epsilonPerYear &&
    asked.delta <= agreed.delta &&
    (asked.trust === 'two-aggregators' || agreed.trust === 'trusted-server') &&
    (asked.tokens !== 'account' || agreed.tokens === 'account')
  )
}

/** Before anything was agreed to or sent. */
export const NO_CONSENT: Settings['consent'] = { contribute: false, since: null }
export const NOTHING_SENT: Settings['sent'] = { reports: 0, bytes: 0, epsilon: null }
