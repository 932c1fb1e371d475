/** @module Terms shown to a shopper before a consent, and the comparison of later terms with the agreed ones. */
import { POLICY_TERMS, type PolicyTerms } from '@nearside/aggregate/protocol/consent.ts'
import { isAbove } from '@nearside/aggregate/protocol/deviceLimits.ts'
import type { Policy } from '@nearside/aggregate/protocol/policy.ts'

/** Recipients of updates, as the shop's page names them (in vault mode, the vault's page). */
export interface Recipients {
  /** Address of the server that takes updates. */
  readonly leader: string
  /** Name of the party that runs the leader. */
  readonly leaderOperator: string
  /** Ed25519 signing key of the leader, base64; `nearside-server serve` prints it. */
  readonly leaderKey: string
  /** Address of the second server. */
  readonly helper: string
  /** Name of the party that runs the helper. */
  readonly helperOperator: string
  /** Ed25519 signing key of the helper, base64. */
  readonly helperKey: string
  /**
   * Route of the shop's own server that gives tokens to signed-in shoppers; needed only if the terms ask for tokens.
   */
  readonly issuer?: string
  /**
   * Whether the shop is a demonstration, whose rounds are too small to hide an update. Devices then take part in
   * smaller rounds with less noise than a real shop's, and the consent question and the panel say so.
   */
  readonly demonstration?: boolean
  /**
   * Oblivious relay (RFC 9458) for all requests to both servers, which then see the relay's address instead of a
   * device's.
   */
  readonly relay?: string
}

export function recipientsOf(
  { leader, helper }: Pick<Policy, 'leader' | 'helper'>,
  at: Pick<Recipients, 'leader' | 'helper' | 'issuer' | 'demonstration' | 'relay'>,
): Recipients {
  return {
    ...{ leader: at.leader, leaderOperator: leader.operator, leaderKey: leader.signing },
    ...{ helper: at.helper, helperOperator: helper.operator, helperKey: helper.signing },
    ...(at.issuer !== undefined && { issuer: at.issuer }),
    ...(at.demonstration && { demonstration: true }),
    ...(at.relay !== undefined && { relay: at.relay }),
  }
}

/** Terms of a consent: its recipients, and the maximum cost of contributing. */
export interface ContributionTerms extends PolicyTerms, Recipients {
  /** Whether the shop declares a demonstration, with limits far weaker than a real shop's. Absent for a real shop. */
  readonly demonstration?: true
  /** Maximum ε of one update, if neighbouring data sets differ by substitution. */
  readonly epsilonPerReport: number
  /** Maximum ε of all updates within any one year, if neighbouring data sets differ by substitution. */
  readonly epsilonPerYear: number
}

/** Names of the log fields that state the terms, in the entries of consents and uploads. */
export const CONSENT_TERMS: readonly string[] = [
  ...POLICY_TERMS,
  ...['leader', 'helper', 'issuer', 'relay', 'demonstration', 'epsilonPerReport', 'epsilonPerYear'],
]

const SAME = [
  ...(['leader', 'leaderOperator', 'leaderKey'] as const),
  ...(['helper', 'helperOperator', 'helperKey'] as const),
]
const AT_MOST = ['epsilonPerReport', 'epsilonPerYear', 'delta', 'workBits', 'maxParticipations']
const AT_LEAST = ['smallestCrowd', 'periodDays']

type Facts = Readonly<Record<string, unknown>>

/**
 * Whether a consent to the terms `agreed` covers `asked`: the same recipients, at most the same cost of privacy, and
 * both from a demonstration shop or neither.
 */
export function isWithin(asked: Facts | ContributionTerms, agreed: Facts | ContributionTerms) {
  const [one, other] = [asked as Facts, agreed as Facts]
  const isSame = (name: string) => typeof one[name] === 'string' && one[name] === other[name]
  const both = (name: string, holds: (asked: number, agreed: number) => boolean) => {
    const [x, y] = [one[name], other[name]]
    return typeof x === 'number' && typeof y === 'number' && holds(x, y)
  }
  return (
    [...SAME, 'task'].every(isSame) &&
    one.demonstration === other.demonstration &&
    AT_MOST.every((name) => both(name, (x, y) => !isAbove(x, y))) &&
    AT_LEAST.every((name) => both(name, (x, y) => x >= y)) &&
    one.relay === other.relay &&
    (one.counts === undefined || one.counts === other.counts) &&
    (one.trust === 'two-aggregators' || isSame('trust')) &&
    (one.tokens === undefined || one.tokens === 'work' || (isSame('tokens') && isSame('issuer')))
  )
}

/** Whether the terms name exactly these recipients. */
export function isFor(terms: ContributionTerms, recipients: Recipients): boolean {
  const names = (name: keyof Recipients) => terms[name] === recipients[name]
  const isOfKind = (terms.demonstration ?? false) === (recipients.demonstration ?? false)
  const isIssuer = terms.tokens !== 'account' || names('issuer')
  return isOfKind && isIssuer && names('relay') && SAME.every(names)
}

export function areSame(one: object, other: object): boolean {
  const [a, b] = [one as Facts, other as Facts]
  return CONSENT_TERMS.every((name) => a[name] === b[name])
}
