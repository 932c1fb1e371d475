/**
 * @module Terms that a policy asks a shopper to agree to, and their hash, which travels in both sealed shares.
 * The hash is the same for everybody who was asked for these terms, so it identifies nobody. With it a device
 * states that its shopper agreed to these recipients and terms; it can't prove that a person did.
 */
import { type Bytes, concat, sha256, utf8 } from '../../core/bytes.ts'
import { canonicalJson } from '../../core/canonicalJson.ts'
import { NearsideError } from '../../core/error.ts'
import type { Policy } from './policy.ts'

/** Part of a consent's terms that a policy sets. */
export interface PolicyTerms {
  /** Name of the federation. */
  readonly task: string
  /** `trusted-server`: one operator runs both aggregators and could read a report. */
  readonly trust: Policy['trust']
  /**
   * Kind of token that a report needs: one that costs work, or one that the shop's server gives to who is signed
   * in, and so learns that they take part. Absent: none.
   */
  readonly tokens?: 'account' | 'work'
  /** Name of the party that runs the leader. */
  readonly leaderOperator: string
  /** Ed25519 signing key of the leader, base64. */
  readonly leaderKey: string
  /** Name of the party that runs the helper. */
  readonly helperOperator: string
  /** Ed25519 signing key of the helper, base64. */
  readonly helperKey: string
  /** Reports that a published sum has at least. */
  readonly smallestCrowd: number
  /** Bits of work that one token costs; 0: none. */
  readonly workBits: number
  /** z of each aggregator; with δ and the number of reports it determines ε. */
  readonly noiseMultiplier: number
  /** δ at which ε is stated. */
  readonly delta: number
  /** Reports of one device in `periodDays`, at most. */
  readonly maxParticipations: number
  /** Length of the period, in days. */
  readonly periodDays: number
}

export const POLICY_TERMS: readonly string[] = [
  ...['task', 'trust', 'tokens', 'leaderOperator', 'leaderKey', 'helperOperator', 'helperKey'],
  ...['smallestCrowd', 'workBits', 'noiseMultiplier', 'delta', 'maxParticipations', 'periodDays'],
]

export function policyTerms(policy: Policy): PolicyTerms {
  const { task, trust, issuer, leader, helper, noiseMultiplier, delta } = policy
  const { aggregationGoal, maxParticipations, periodDays } = policy
  return {
    task,
    trust,
    ...(issuer && { tokens: issuer.kind }),
    leaderOperator: leader.operator,
    leaderKey: leader.signing,
    helperOperator: helper.operator,
    helperKey: helper.signing,
    smallestCrowd: aggregationGoal,
    workBits: issuer?.bits ?? 0,
    noiseMultiplier,
    delta,
    maxParticipations,
    periodDays,
  }
}

/** @param terms these, and whatever else: addresses and ε have no part in the hash */
export function consentHash(terms: object): Promise<Bytes> {
  const part = Object.entries(terms).filter(([name]) => POLICY_TERMS.includes(name))
  return sha256(utf8(`nearside consent v1\0${canonicalJson(Object.fromEntries(part))}`))
}

export const CONSENT_BYTES = 32

/** A share as it is sealed. */
export const withConsent = (consent: Uint8Array, share: Uint8Array): Bytes => concat(consent, share)

/** @returns the share. @throws NearsideError `consent-missing` unless it comes with this consent */
export function requireConsent(opened: Uint8Array, consent: Uint8Array): Uint8Array {
  if (consent.every((byte, i) => opened[i] === byte)) return opened.subarray(CONSENT_BYTES)
  throw new NearsideError(
    'consent-missing',
    'The report’s consent is not to the terms of its round',
  )
}
