/** @module Methods of the store for rounds: opening one, its states, and its end, which deletes its secrets. */
import { setImmediate } from 'node:timers/promises'
import { type Bytes, decodeVector, encodeVector } from '@nearside/core/bytes.ts'
import { canonicalJson } from '@nearside/core/canonicalJson.ts'
import { DAY } from '@nearside/core/time.ts'
import { type Policy, parsePolicy } from '../../protocol/policy.ts'
import { groupCommit } from '../groupCommit.ts'
import type { Driver, Query, Value } from './driver.ts'
import type { RoundRecord, RoundSummary, Verdict } from './records.ts'
import type { ReportTable } from './reportTable.ts'
import type { SecretBox } from './secretBox.ts'

export const NEXT_SEALING_KEY = 'next-sealing-key'

export function roundMethods(driver: Driver, table: ReportTable) {
  const { box, dialect } = driver
  const reader = createRowReader(box)

  async function deleteSecrets(on: Query, round: number): Promise<void> {
    await on.change('delete from accumulators where round = $1', round)
    await on.change(dialect.deleteHeld, round)
    await on.change('delete from tokens where round = $1', round)
    await on.change('update rounds set sealing_key = null where round = $1', round)
  }

  /**
   * Changes round $1 and deletes its secrets.
   * @param change columns to set, and the condition
   * @returns false, without a deletion, if the condition doesn't hold
   */
  const end = (change: string, round: number, ...values: readonly Value[]): Promise<boolean> =>
    driver.step(async (on) => {
      const changes = await on.change(`update rounds set ${change}`, round, ...values)
      if (changes === 1) await deleteSecrets(on, round)
      return changes === 1
    })

  /** Simultaneous callers share one query of the database, which begins after the last of their calls. */
  const newest = groupCommit(
    async (callers: readonly undefined[]) => {
      const sql = `select ${RECORD} from rounds order by round desc limit 1`
      const [row] = await driver.rows<RoundRow>(sql)
      const record = row ? reader.record(row) : null
      return callers.map(() => record)
    },
    Number.POSITIVE_INFINITY,
    setImmediate,
  )

  return {
    current: (): Promise<RoundRecord | null> => newest(Promise.resolve(undefined)),
    /** Rounds, newest first. */
    async rounds(limit: number): Promise<readonly RoundSummary[]> {
      const sql = `select ${SUMMARY} from rounds order by round desc limit $1`
      return (await driver.rows<SummaryRow>(sql, limit)).map(reader.summary)
    },
    async lost(): Promise<number> {
      const sql = `select coalesce(sum(counted), 0) as lost from rounds where state = 'abandoned'`
      return (await driver.rows<{ lost: number }>(sql))[0].lost
    },
    async endedAt(round: number): Promise<number | null> {
      const sql = 'select closed_at as "closedAt" from rounds where round = $1 and salt is not null'
      return (await driver.rows<SummaryRow>(sql, round))[0]?.closedAt ?? null
    },
    /**
     * Opens a round, and abandons the round that was open before; removes the setting `NEXT_SEALING_KEY`. Deletes marks
     * of rounds that ended at least `periodDays` ago. The result is false if another policy has this round's number.
     */
    openRound: (
      round: number,
      policy: Policy,
      policyHash: string,
      sealingKey: Bytes,
      now: number,
    ) =>
      driver.step(async (on) => {
        const sql = `select ${SUMMARY} from rounds where round = $1`
        const [taken] = await on.rows<SummaryRow>(sql, round)
        if (taken) return taken.policyHash === policyHash && taken.state === 'open'
        const abandoned = await on.rows<{ round: number }>(
          `update rounds set state = 'abandoned', closed_at = $1 where state = 'open' returning round`,
          now,
        )
        for (const one of abandoned) await deleteSecrets(on, one.round)
        const salt = await table.renewSalt(on, now - policy.periodDays * DAY)
        const key = box.seal(placeOfKey(round), sealingKey)
        await on.change(
          `insert into rounds (round, state, policy, policy_hash, sealing_key, opened_at, salt)
             values ($1, 'open', $2, $3, $4, $5, $6)`,
          ...[round, canonicalJson(policy), policyHash, key, now, salt],
        )
        await on.change('delete from settings where name = $1', NEXT_SEALING_KEY)
        return true
      }),
    /** At the leader: open → full, once `goal` reports are counted. Destroys the sealing key. */
    fill: (round: number, goal: number) =>
      driver.step(async (on) => {
        const changes = await on.change(
          `update rounds set state = 'full', sealing_key = null
             where round = $1 and state = 'open' and counted >= $2`,
          ...[round, goal],
        )
        if (changes === 1) await on.change('delete from tokens where round = $1', round)
        return changes === 1
      }),
    /** Leader: full → exchanged. Stores both noised shares and deletes the sum. */
    exchange(
      round: number,
      result: {
        readonly idSetHash: string
        readonly ownShare: Uint32Array
        readonly peerShare: Uint32Array
        readonly peerSignature: string
        readonly version: string
      },
    ): Promise<boolean> {
      const { idSetHash, peerSignature, version } = result
      const shares = [result.ownShare, result.peerShare].map(encodeVector)
      const change = `state = 'exchanged', id_set_hash = $2, own_share = $3, peer_share = $4,
        peer_signature = $5, version = $6 where round = $1 and state = 'full'`
      return end(change, round, idSetHash, ...shares, peerSignature, version)
    },
    /** At the helper: open → released, once. Destroys all seeds and the sealing key. False if the round wasn't open. */
    release(
      round: number,
      result: {
        readonly counted: number
        readonly idSetHash: string
        readonly ownShare: Uint32Array
      },
      now: number,
    ): Promise<boolean> {
      const { counted, idSetHash, ownShare } = result
      const change = `state = 'released', id_set_hash = $2, own_share = $3, counted = $4, closed_at = $5
        where round = $1 and state = 'open'`
      return end(change, round, idSetHash, encodeVector(ownShare), counted, now)
    },
    /** Leader: ends the round. The result is false if the round had ended before. */
    close(
      round: number,
      state: 'released' | 'rejected' | 'abandoned',
      verdict: Verdict,
      now: number,
    ): Promise<boolean> {
      const change = `state = $2, verdict = $3, closed_at = $4
        where round = $1 and state in ('open', 'full', 'exchanged')`
      return end(change, round, state, canonicalJson(verdict), now)
    },
  }
}

/** Row of `rounds` as the database returns it; its JSON columns are still text. */
type SummaryRow = Omit<RoundSummary, 'policy' | 'verdict'> & {
  readonly policy: string
  readonly verdict: string | null
}

type RoundRow = SummaryRow & {
  readonly sealingKey: Uint8Array | null
  readonly ownShare: Uint8Array | null
  readonly peerShare: Uint8Array | null
}

const SUMMARY = `round, state, policy, policy_hash as "policyHash", counted,
  opened_at as "openedAt", closed_at as "closedAt", id_set_hash as "idSetHash",
  peer_signature as "peerSignature", version, verdict`
const RECORD = `${SUMMARY}, sealing_key as "sealingKey", own_share as "ownShare",
  peer_share as "peerShare"`

/** Maximum number of cached policies; enough for every round of one query, since each round has its own policy. */
const MOST_POLICIES = 64

const placeOfKey = (round: number) => `sealing key ${round}`

function createRowReader(box: SecretBox) {
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
