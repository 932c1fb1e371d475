/**
 * @module How the leader takes reports. A report is first kept sealed (pending), then given to the
 * helper, then counted and its body forgotten. It is acknowledged only when both aggregators have
 * counted it; every step is stored before the next begins and can be repeated.
 */

import { decodeVector, fromHex, sha256Hex, toBase64 } from '../../core/bytes.ts'
import { type ErrorCode, NearsideError } from '../../core/error.ts'
import { open } from '../privacy/seal.ts'
import { receiptMessage, sign } from '../privacy/signature.ts'
import { dimensionOf } from '../protocol/policy.ts'
import type { Receipt } from '../protocol/receipt.ts'
import {
  encodeHelperPart,
  parseHeader,
  parseReport,
  type Report,
  reportAad,
  sealInfo,
} from '../protocol/report.ts'
import { groupCommit } from './groupCommit.ts'
import type { ShareOutcome } from './peer.ts'
import type { LeaderOptions } from './rounds.ts'
import type { RoundRecord, StagedReport, StageOutcome } from './store.ts'

export interface Accepted {
  /** False when the very same report had been counted before. */
  readonly fresh: boolean
  readonly receipt: Receipt
}

export interface Intake {
  /**
   * Resolves when both aggregators have counted the report.
   * @param settled called when the report's group is through, whatever came of it
   * @throws NearsideError `report-invalid`, `report-conflict`, `round-closed`, `policy-mismatch`;
   * `aggregator-unreachable` when the same bytes may succeed later
   */
  accept(body: Uint8Array, settled: () => void): Promise<Accepted>
  /**
   * Finishes with reports whose upload was cut off: the helper may or may not have its part.
   * @throws NearsideError `round-closed` where the helper takes no more
   */
  drain(record: RoundRecord): Promise<void>
  /** Reports waiting for their group. */
  queued(): number
}

interface Checked {
  readonly report: Report
  readonly staged: StagedReport
  readonly share: Uint32Array
}

/** Reports a group; one flush of the disk and one request to the helper each. */
const GROUP = 64

/** @param next runs a step when no other step of this leader does */
export function createIntake(
  { store, identity, helper }: LeaderOptions,
  next: <T>(step: () => Promise<T>) => Promise<T>,
): Intake {
  async function check(body: Uint8Array, record: RoundRecord): Promise<Checked> {
    const { policy } = record
    const report = parseReport(body, dimensionOf(policy))
    const { header } = report
    if (header.policyHash !== record.policyHash || header.modelHash !== policy.model.hash)
      throw new NearsideError('policy-mismatch', 'The report is for another policy')
    const aad = reportAad(policy.task, header)
    const plain = await open(identity.sealing, report.leaderShare, sealInfo('leader'), aad)
    const bodyHash = await sha256Hex(body)
    const staged = { id: header.id, bodyHash, body: new Uint8Array(body) }
    return { report, staged, share: decodeVector(plain) }
  }

  /** stage → forward → count; the three steps of one group. */
  async function commit(group: readonly Checked[]): Promise<readonly StageOutcome[]> {
    const { round } = group[0].report.header
    const record = await store.current()
    const goal = record?.round === round ? record.policy.aggregationGoal : 0
    const staged = await store.stage(
      round,
      goal,
      group.map((checked) => checked.staged),
    )
    const pending = group.filter((_, i) => staged[i] === 'pending')
    if (pending.length === 0) return staged
    const settled = new Map<string, StageOutcome>()
    for (const [id, outcome] of await forward(record as RoundRecord, pending))
      settled.set(id, outcome)
    return group.map((checked, i) =>
      staged[i] === 'pending' ? (settled.get(checked.staged.id) ?? 'pending') : staged[i],
    )
  }

  async function forward(
    record: RoundRecord,
    pending: readonly Checked[],
  ): Promise<ReadonlyMap<string, StageOutcome>> {
    // The same report twice in a group is one report.
    const distinct = [...new Map(pending.map((checked) => [checked.staged.id, checked])).values()]
    const { round } = record
    const outcomes = await helper.forward(
      record,
      distinct.map(({ report }) => encodeHelperPart(report)),
    )
    const of = (...wanted: ShareOutcome[]) =>
      distinct.filter((_, i) => wanted.includes(outcomes[i]))
    const counted = of('counted', 'duplicate')
    const refused = of('invalid', 'conflict')
    await store.count(
      round,
      counted.map(({ staged, share }) => ({ id: staged.id, share })),
    )
    await store.refuse(
      round,
      refused.map(({ staged }) => staged.id),
    )
    return new Map<string, StageOutcome>([
      ...counted.map(({ staged }) => [staged.id, 'counted'] as const),
      ...refused.map(({ staged }) => [staged.id, 'refused'] as const),
      ...of('closed').map(({ staged }) => [staged.id, 'closed'] as const),
    ])
  }

  const groups = groupCommit((group: readonly Checked[]) => next(() => commit(group)), GROUP)

  async function accept(body: Uint8Array, settled: () => void): Promise<Accepted> {
    const header = parseHeader(body)
    const bodyHash = await sha256Hex(body)
    const known = await store.report(header.round, header.id)
    if (known && known.state !== 'pending')
      return answer(known.bodyHash === bodyHash ? known.state : 'conflict', false)
    const record = await store.current()
    if (record === null) throw later('No round is open yet')
    if (header.round !== record.round || record.state !== 'open') return answer('closed', false)
    const checked = await check(body, record)
    const outcome = await groups.submit(checked)
    settled()
    return answer(outcome, known === null)

    async function answer(outcome: StageOutcome, fresh: boolean): Promise<Accepted> {
      if (outcome !== 'counted') throw refusal(outcome, header.round)
      const signature = await sign(identity.signing, receiptMessage(fromHex(bodyHash)))
      const { id, round } = header
      return { fresh, receipt: { id, round, bodyHash, signature: toBase64(signature) } }
    }
  }

  async function drain(record: RoundRecord): Promise<void> {
    const pending = await store.pending(record.round)
    for (let i = 0; i < pending.length; i += GROUP) {
      const group = pending.slice(i, i + GROUP).map(({ body }) => check(body, record))
      const outcomes = await forward(record, await Promise.all(group))
      if ([...outcomes.values()].includes('closed'))
        throw new NearsideError('round-closed', 'The helper has closed the round')
    }
  }

  return { accept, drain, queued: groups.waiting }
}

function later(why: string): NearsideError {
  return new NearsideError('aggregator-unreachable', why)
}

const REFUSALS: Readonly<Record<Exclude<StageOutcome, 'counted'>, readonly [ErrorCode, string]>> = {
  pending: [
    'aggregator-unreachable',
    'The helper has not taken the report yet; send it again later',
  ],
  full: ['aggregator-unreachable', 'The round is filling up; try again in a moment'],
  closed: ['round-closed', 'The round is over'],
  refused: ['report-invalid', 'The helper can’t open its part of the report'],
  conflict: ['report-conflict', 'Another report has this id'],
}

function refusal(outcome: Exclude<StageOutcome, 'counted'>, round: number): NearsideError {
  const [code, why] = REFUSALS[outcome]
  return new NearsideError(code, `Round ${round}: ${why}`)
}
