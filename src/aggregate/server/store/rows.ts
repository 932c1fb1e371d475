/** @module Converts a row of `rounds`, from either database, into a record. */
import { decodeVector } from '@nearside/core/bytes.ts'
import { type Policy, parsePolicy } from '../../protocol/policy.ts'
import type { RoundRecord, RoundSummary, Verdict } from './records.ts'
import type { SecretBox } from './secretBox.ts'

/** Row with these column names; JSON columns are still text. */
export type SummaryRow = Omit<RoundSummary, 'policy' | 'verdict'> & {
  readonly policy: string
  readonly verdict: string | null
}

export type RoundRow = SummaryRow & {
  readonly sealingKey: Uint8Array | null
  readonly ownShare: Uint8Array | null
  readonly peerShare: Uint8Array | null
}

export const SUMMARY = `round, state, policy, policy_hash as "policyHash", counted,
  opened_at as "openedAt", closed_at as "closedAt", id_set_hash as "idSetHash",
  peer_signature as "peerSignature", version, verdict`
export const RECORD = `${SUMMARY}, sealing_key as "sealingKey", own_share as "ownShare",
  peer_share as "peerShare"`

/** Maximum number of cached policies; enough for every round of one query, since each round has its own policy. */
const MOST_POLICIES = 64

export const placeOfKey = (round: number) => `sealing key ${round}`

/** @param box opens the sealing keys */
export function createRowReader(box: SecretBox) {
  /** Policies by hash, cached because parsing checks every field. A policy never changes under its hash. */
  const policies = new Map<string, Policy>()

  function summary<Row extends SummaryRow>(row: Row) {
    const policy = policies.get(row.policyHash) ?? parsePolicy(JSON.parse(row.policy))
    policies.set(row.policyHash, policy)
    for (const [hash] of policies) if (policies.size > MOST_POLICIES) policies.delete(hash)
    const verdict = row.verdict === null ? null : (JSON.parse(row.verdict) as Verdict)
    return { ...row, policy, verdict }
  }

  function record(row: RoundRow): RoundRecord {
    return {
      ...summary(row),
      sealingKey: row.sealingKey && box.open(placeOfKey(row.round), row.sealingKey),
      ownShare: row.ownShare && decodeVector(row.ownShare),
      peerShare: row.peerShare && decodeVector(row.peerShare),
    }
  }

  return { summary, record }
}
