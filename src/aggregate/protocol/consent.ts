/**
 * @module Terms that a policy asks a shopper to agree to, and their hash, which both sealed shares of a report contain.
 * All shoppers who saw these terms send the same hash, so the hash identifies nobody. By the hash, a device states that
 * its shopper agreed to these recipients and terms; the hash can't prove that a person did.
 */
import { type Bytes, concat, sha256, utf8 } from '@nearside/core/bytes.ts'
import { canonicalJson } from '@nearside/core/canonicalJson.ts'
import { NearsideError } from '@nearside/core/error.ts'
import type { Policy } from './policy.ts'

/** The terms of a consent that come from the policy. */
export interface PolicyTerms
  extends Pick<
    Policy,
    'task' | 'trust' | 'noiseMultiplier' | 'delta' | 'maxParticipations' | 'periodDays'
  > {
  /**
   * Kind of token that a report needs; absent: none. `work`: the token costs computing time. `account`: the shop's
   * server gives the token to a signed-in shopper, and so learns that the shopper takes part.
   */
  readonly tokens?: 'account' | 'work'
  /** Whether an update counts the items of the shopper's last 30 days; absent: it doesn't. */
  readonly counts?: true
  /** Name of the party that runs the leader. */
  readonly leaderOperator: string
  /** Ed25519 signing key of the leader, base64. */
  readonly leaderKey: string
  /** Name of the party that runs the helper. */
  readonly helperOperator: string
  /** Ed25519 signing key of the helper, base64. */
  readonly helperKey: string
  /** Least number of reports in a published sum. */
  readonly smallestCrowd: number
  /** Bits of work that one token costs; 0: no work. */
  readonly workBits: number
}

export const POLICY_TERMS: readonly string[] = [
  ...['task', 'trust', 'tokens', 'counts', 'smallestCrowd', 'workBits'],
  ...['leaderOperator', 'leaderKey', 'helperOperator', 'helperKey'],
  ...['noiseMultiplier', 'delta', 'maxParticipations', 'periodDays'],
]

export function policyTerms(policy: Policy): PolicyTerms {
  const { task, trust, issuer, leader, helper, noiseMultiplier, delta } = policy
  const { maxParticipations, periodDays } = policy
  return {
    ...{ task, trust, noiseMultiplier, delta, maxParticipations, periodDays },
    ...(issuer && { tokens: issuer.kind }),
    ...(policy.countShare !== undefined && { counts: true }),
    leaderOperator: leader.operator,
    leaderKey: leader.signing,
    helperOperator: helper.operator,
    helperKey: helper.signing,
    smallestCrowd: policy.aggregationGoal,
    workBits: issuer?.bits ?? 0,
  }
}

/** @param terms terms of the consent; other fields, such as addresses and ε, don't enter the hash */
export function consentHash(terms: object): Promise<Bytes> {
  const part = Object.entries(terms).filter(([name]) => POLICY_TERMS.includes(name))
  return sha256(utf8(`nearside consent v1\0${canonicalJson(Object.fromEntries(part))}`))
}

export const CONSENT_BYTES = 32

/** Plaintext of a share: the consent's hash, then the share itself. */
export const withConsent = (consent: Uint8Array, share: Uint8Array): Bytes => concat(consent, share)

/**
 * @returns the share that follows the consent's hash
 * @throws NearsideError `consent-missing` if the plaintext starts with another hash
 */
export function requireConsent(opened: Uint8Array, consent: Uint8Array): Uint8Array {
  if (consent.every((byte, i) => opened[i] === byte)) return opened.subarray(CONSENT_BYTES)
  throw new NearsideError(
    'consent-missing',
    'The report’s consent names other terms than the round',
  )
}
