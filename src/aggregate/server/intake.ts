/**
 * @module Intake of reports at the leader. The leader opens its own share and computes its half of the proof's check.
 * The helper computes the other half, decides, and stores the seed of its share. Then the leader records the id and
 * adds the share in one transaction, and only then acknowledges the report. The report itself stays in memory. After a
 * crash in between, only the helper has the report, and the sum lacks it unless the device sends the same bytes again.
 */

import { setImmediate } from 'node:timers/promises'
import { fromHex, toBase64, toHex } from '@nearside/core/bytes.ts'
import { type ErrorCode, NearsideError } from '@nearside/core/error.ts'
import { openSeal } from '../privacy/openSeal.ts'
import { prepare } from '../privacy/pine/pine.ts'
import { receiptMessage } from '../privacy/signature.ts'
import { requireConsent } from '../protocol/consent.ts'
import {
  circuitOf,
  encodeHelperPart,
  parseHeader,
  parseReport,
  type Report,
  reportAad,
  sealInfo,
} from '../protocol/report.ts'
import type { Receipt } from '../protocol/task.ts'
import { GROUP, groupCommit } from './groupCommit.ts'
import { createRoundKeys } from './identity.ts'
import { serverHash, serverSign, serverXof } from './keystream.ts'
import { createRedeemer } from './redeem.ts'
import type { LeaderOptions } from './rounds.ts'
import { idsIn } from './store/admit.ts'
import type { CountedShare, CountOutcome, Known, RoundRecord } from './store/records.ts'

export interface Accepted {
  /** Whether the report is new; false if the same report was counted before. */
  readonly fresh: boolean
  readonly receipt: Receipt
}

interface Checked extends CountedShare {
  readonly report: Report
  /** The leader's half of the proof's check, which the leader sends to the helper. */
  readonly verifiers: Uint32Array
}

type Outcome = CountOutcome | 'refused' | 'unproven' | 'unchecked' | 'unagreed'

type ReportName = Pick<Report['header'], 'id' | 'round'>

/** Milliseconds after an unanswered request to the helper during which the leader refuses reports at once. */
const BACK_OFF = 5_000

/** @param onGroup called when a group is counted, before its reports are acknowledged */
export function createIntake(options: LeaderOptions, onGroup: () => void) {
  const { store, identity, helper, now, log = () => {} } = options
  const keysOf = createRoundKeys('helper')
  const redeem = createRedeemer(store)
  /** Looks up a report. Reports that arrive at the same time share one query of the database. */
  const lookUp = groupCommit(look, GROUP, setImmediate)
  let unproven = 0
  let blocked: { readonly round: number; readonly why: string } | null = null
  let failedAt = Number.NEGATIVE_INFINITY

  function requireHelper(): void {
    const since = now() - failedAt
    if (since >= 0 && since < BACK_OFF) throw later('The helper does not answer')
  }

  /**
   * Looks up the newest round, and which of these reports are recorded. Reads the round first: a report that another
   * process counts in between is then found, instead of refused because its round is full.
   */
  async function look(names: readonly ReportName[]) {
    const record = await store.current()
    const found = new Map<number, ReadonlyMap<string, Known>>()
    for (const round of new Set(names.map((name) => name.round))) {
      const own = names.filter((name) => name.round === round)
      found.set(round, await store.known(round, idsIn(own)))
    }
    return names.map(({ round, id }) => ({ record, known: found.get(round)?.get(id) }))
  }

  async function check(body: Uint8Array, bodyHash: string, record: RoundRecord): Promise<Checked> {
    const { policy } = record
    const report = parseReport(body, policy)
    const { header } = report
    if (header.policyHash !== record.policyHash || header.modelHash !== policy.model.hash)
      throw new NearsideError('policy-mismatch', 'The report is for another policy')
    const aad = reportAad(policy.task, header)
    const keys = await keysOf(record)
    const opened = openSeal(keys.sealing, report.leaderShare, sealInfo('leader'), aad)
    const plain = requireConsent(opened, keys.consent)
    const [nonce, { publicShare }] = [fromHex(header.id), header]
    const circuit = circuitOf(policy)
    const own = await prepare(circuit, 'leader', keys.verify, nonce, publicShare, plain, serverXof)
    if (own === null) throw refuse('unproven', header.round)
    return { report, id: header.id, bodyHash, ...own }
  }

  function refuse(outcome: Exclude<Outcome, 'counted'>, round: number): NearsideError {
    if (outcome === 'unproven') unproven++
    const [code, why] = REFUSALS[outcome]
    return new NearsideError(code, `Round ${round}: ${why}`)
  }

  async function commit(group: readonly Checked[]): Promise<readonly Outcome[]> {
    // Copies of one report, in this group or an earlier group, count once.
    const distinct = group.filter(({ id }, i) => group.findIndex((other) => other.id === id) === i)
    const settled = new Map<string, Pick<Known, 'isSame'> & { readonly outcome: Outcome }>()
    const found = await look(distinct.map(({ report }) => report.header))
    for (const [i, { known }] of found.entries())
      if (known) settled.set(distinct[i].id, { outcome: 'counted', isSame: known.isSame })
    const { record } = found[0]
    const isOpen = ({ report }: Checked) =>
      record?.state === 'open' && report.header.round === record.round
    const fresh = distinct.filter((checked) => !settled.has(checked.id) && isOpen(checked))
    let room = record === null ? 0 : record.policy.aggregationGoal - record.counted
    // A report that the helper refused doesn't count towards the goal, so further reports of the group are tried.
    while (record !== null && room > 0 && fresh.length > 0) {
      const taken = fresh.splice(0, room)
      requireHelper()
      const outcomes = await count(record, taken).catch((thrown) => {
        block(
          record.round,
          NearsideError.from(thrown, 'storage-unavailable', 'Not counted').message,
        )
        throw thrown
      })
      blocked = null
      for (const [i, { id, bodyHash }] of taken.entries())
        settled.set(id, { outcome: outcomes[i], isSame: (other) => other === bodyHash })
      room -= outcomes.filter((outcome) => outcome === 'counted').length
    }
    onGroup()
    return group.map((checked) => {
      const one = settled.get(checked.id)
      if (one === undefined) return isOpen(checked) ? 'full' : 'closed'
      return one.isSame(checked.bodyHash) ? one.outcome : 'conflict'
    })
  }

  function block(round: number, why: string): void {
    if (blocked?.why !== why) log(`reports of round ${round} wait: ${why}`)
    blocked = { round, why }
  }

  async function count(
    record: RoundRecord,
    taken: readonly Checked[],
  ): Promise<readonly Outcome[]> {
    const parts = taken.map(({ report, verifiers }) => encodeHelperPart(report, verifiers))
    const answers = await helper.forward(record, parts).catch((thrown) => {
      failedAt = now()
      throw thrown
    })
    const kept = taken.filter((_, i) => answers[i] === 'kept' || answers[i] === 'duplicate')
    const counted = await store.count(record.round, record.policy.aggregationGoal, kept)
    return taken.map((checked, i) => {
      const answer = answers[i]
      if (answer === 'invalid') return 'refused'
      if (answer === 'kept' || answer === 'duplicate') return counted[kept.indexOf(checked)]
      return answer
    })
  }

  const submit = groupCommit(commit, GROUP, options.gather)

  /**
   * Resolves when both aggregators have counted the report.
   * @param authorization the header with the report's token
   * @throws NearsideError `report-invalid` for a malformed report or a false proof; `report-conflict` if another report
   * has this id; `round-closed` if the round is over; `policy-mismatch` for another policy; `consent-missing` for a
   * consent to other terms; `token-refused` without a valid, unused token; `aggregator-unreachable` if the same bytes
   * can succeed later, also after a server fault
   */
  async function accept(body: Uint8Array, authorization: string | undefined): Promise<Accepted> {
    const header = parseHeader(body)
    const bodyHash = toHex(serverHash(body))
    const { known, record } = await lookUp(Promise.resolve(header))
    if (known) return answer(known.isSame(bodyHash) ? 'counted' : 'conflict', false)
    if (record === null) throw later('No round is open yet')
    if (header.round !== record.round || record.state !== 'open') return answer('closed', false)
    requireHelper()
    const token = await redeem(record, authorization)
    const checked = check(body, bodyHash, record).catch((thrown) => {
      if (thrown instanceof NearsideError) throw thrown
      log(`a report of round ${header.round} was not checked: ${thrown}`)
      throw refuse('unchecked', header.round)
    })
    return answer(await submit(checked.then((one) => ({ ...one, token }))), true)

    async function answer(outcome: Outcome, fresh: boolean): Promise<Accepted> {
      if (outcome !== 'counted') throw refuse(outcome, header.round)
      const signature = serverSign(identity.signing, receiptMessage(fromHex(bodyHash)))
      const { id, round } = header
      return { fresh, receipt: { id, round, bodyHash, signature: toBase64(signature) } }
    }
  }

  return {
    accept,
    /**
     * Number of reports refused since the server's start for a false proof. A refused report that is sent again adds to
     * this number again.
     */
    unproven: () => unproven,
    /** Reason why the last group of this round could not be counted; null if it was counted. */
    waitingFor: (round: number) => (blocked?.round === round ? blocked.why : null),
  }
}

function later(why: string): NearsideError {
  return new NearsideError('aggregator-unreachable', why)
}

const REFUSALS: Readonly<Record<Exclude<Outcome, 'counted'>, readonly [ErrorCode, string]>> = {
  full: ['aggregator-unreachable', 'The round is almost full; try again in a moment'],
  closed: ['round-closed', 'The round is over'],
  refused: ['report-invalid', 'The helper can’t open its part of the report'],
  unproven: ['report-invalid', 'The report does not prove that its update is within the clip norm'],
  unagreed: ['consent-missing', 'The report’s consent names other terms than the round'],
  unchecked: ['aggregator-unreachable', 'A server could not check the report; try again'],
  conflict: ['report-conflict', 'Another report has this id'],
  spent: ['token-refused', 'Another report came with this token'],
}
