/** @module What a shopper is shown before they agree to contribute, and what no policy can change. */
import { limitsOf } from '../../aggregate/protocol/deviceLimits.ts'
import type { Settings } from '../storage/settingRows.ts'

/** What contributing costs at most, and whom it must trust. */
export interface ContributionTerms {
  /** ε by substitution of one update, at most. */
  readonly epsilonPerReport: number
  /** ε by substitution of all updates of any year, at most. */
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
  /** The shop says that it is a demonstration: the limits are far weaker than a real shop's. Absent: it is real. */
  readonly demonstration?: true
}

/** The device's own limits: they hold whatever a policy says, and before one is known. */
export function deviceTerms(demonstration?: boolean): ContributionTerms {
  const { epsilonPerReport, epsilonPerYear, delta } = limitsOf(demonstration)
  const terms = { epsilonPerReport, epsilonPerYear, delta, trust: 'two-aggregators' } as const
  return demonstration ? { ...terms, demonstration } : terms
}

/** Terms that were stored, where they still keep to the device's own limits; else these. */
export function termsToShow(
  stored: ContributionTerms | undefined,
  demonstration?: boolean,
): ContributionTerms {
  const own = deviceTerms(demonstration)
  const most = { ...own, trust: 'trusted-server', tokens: 'account' } as const
  return stored && isWithin(stored, most) ? stored : own
}

/** True where `asked` takes no more than what was agreed to. A consent for a demonstration covers no real shop, nor the reverse. */
export function isWithin(asked: ContributionTerms, agreed: ContributionTerms): boolean {
  return (
    asked.demonstration === agreed.demonstration &&
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
