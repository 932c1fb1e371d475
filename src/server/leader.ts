/**
 * @module The leader: takes reports, has the helper take its part of each, and brings a full round
 * to a release. Every step is stored before the next begins and can be repeated, so that the
 * process may die at any moment.
 *
 * A report is first kept sealed (pending), then given to the helper, then counted and its body
 * forgotten. It is acknowledged only when both aggregators have counted it.
 */
import { discreteGaussianNoise, type NoiseSampler } from '../privacy/discreteGaussian.ts'
import { open } from '../privacy/seal.ts'
import { addShare } from '../privacy/shares.ts'
import { receiptMessage, sign } from '../privacy/signature.ts'
import { decodeVector, fromHex, sha256, toBase64, toHex } from '../protocol/bytes.ts'
import { type ErrorCode, NearsideError } from '../protocol/error.ts'
import {
  dimensionOf,
  noiseVariance,
  POLICY_FORMAT,
  type Policy,
  type PolicyParameters,
  policyHash,
} from '../protocol/policy.ts'
import type { Receipt } from '../protocol/receipt.ts'
import {
  encodeHelperPart,
  parseHeader,
  parseReport,
  type Report,
  reportAad,
  sealInfo,
} from '../protocol/report.ts'
import type { Aggregator } from './aggregator.ts'
import { groupCommit } from './groupCommit.ts'
import type { Identity } from './identity.ts'
import type { Helper, ShareOutcome } from './peer.ts'
import { type Candidate, nextVersion, type PublishedModel, publish, readLatest } from './publish.ts'
import { implausible, meanUpdate } from './release.ts'
import { serially } from './serially.ts'
import type { RoundRecord, StagedReport, StageOutcome, Store, Verdict } from './store.ts'

/** Makes the next model from the mean update; the server itself knows nothing of models. */
export type ApplyUpdate = (
  parent: PublishedModel,
  meanUpdate: Float64Array,
  learningRate: number,
  version: string,
) => Promise<Candidate>

/** Whether the candidate may be published. */
export type Gate = (parent: PublishedModel, candidate: Candidate) => Promise<Verdict>

export interface LeaderOptions {
  readonly store: Store
  readonly identity: Identity
  readonly helper: Helper
  readonly parameters: PolicyParameters
  readonly trust: Policy['trust']
  /** The publish directory. */
  readonly models: string
  /** How an update of this model is laid out. */
  readonly layout: (model: PublishedModel) => Policy['parameters']
  readonly applyUpdate: ApplyUpdate
  readonly gate: Gate
  readonly now: () => number
  readonly process?: string
  /** For tests that compare sums bit by bit; nothing that ships hands one in. */
  readonly noise?: NoiseSampler
  readonly log?: (line: string) => void
}

export interface Accepted {
  /** False when the very same report had been counted before. */
  readonly fresh: boolean
  readonly receipt: Receipt
}

export interface LeaderAggregator extends Aggregator {
  /**
   * Resolves when both aggregators have counted the report.
   * @throws NearsideError `report-invalid`, `report-conflict`, `round-closed`, `policy-mismatch`;
   * `aggregator-unreachable` when the same bytes may succeed later
   */
  accept(body: Uint8Array): Promise<Accepted>
  /** Takes the round as far as it goes now; safe to call at any time. */
  advance(): Promise<void>
  /** Reports waiting for their group. */
  queued(): number
}

type Checked = {
  readonly report: Report
  readonly staged: StagedReport
  readonly share: Uint32Array
}

/** Reports a group; one flush of the disk and one request to the helper each. */
const GROUP = 64
const ROUNDS_SHOWN = 20

export function createLeader(options: LeaderOptions): LeaderAggregator {
  const { store, identity, helper, now, log = () => {} } = options
  const process = options.process ?? 'main'
  const noise = options.noise ?? discreteGaussianNoise
  const next = serially()
  let waitingFor: string | null = null

  // --- taking reports -----------------------------------------------------------------------

  async function check(body: Uint8Array, record: RoundRecord): Promise<Checked> {
    const { policy } = record
    const report = parseReport(body, dimensionOf(policy))
    const { header } = report
    if (header.policyHash !== record.policyHash || header.modelHash !== policy.model.hash)
      throw new NearsideError('policy-mismatch', 'The report is for another policy')
    const aad = reportAad(policy.task, header)
    const plain = await open(identity.sealing, report.leaderShare, sealInfo('leader'), aad)
    const bodyHash = toHex(await sha256(body))
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
    for (const [id, outcome] of await forward(round, pending)) settled.set(id, outcome)
    return group.map((checked, i) =>
      staged[i] === 'pending' ? (settled.get(checked.staged.id) ?? 'pending') : staged[i],
    )
  }

  async function forward(
    round: number,
    pending: readonly Checked[],
  ): Promise<ReadonlyMap<string, StageOutcome>> {
    // The same report twice in a group is one report.
    const distinct = [...new Map(pending.map((checked) => [checked.staged.id, checked])).values()]
    const outcomes = await helper.forward(
      round,
      distinct.map(({ report }) => encodeHelperPart(report)),
    )
    const of = (...wanted: ShareOutcome[]) =>
      distinct.filter((_, i) => wanted.includes(outcomes[i]))
    const counted = of('counted', 'duplicate')
    const refused = of('invalid', 'conflict')
    await store.count(
      round,
      process,
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

  async function accept(body: Uint8Array): Promise<Accepted> {
    const header = parseHeader(body)
    const bodyHash = toHex(await sha256(body))
    const known = await store.report(header.round, header.id)
    if (known && known.state !== 'pending')
      return answer(known.bodyHash === bodyHash ? known.state : 'conflict', false)
    const record = await store.current()
    if (record === null) throw later('No round is open yet')
    if (header.round !== record.round || record.state !== 'open') return answer('closed', false)
    const checked = await check(body, record)
    const outcome = await groups.submit(checked)
    void advanceIfFull()
    return answer(outcome, known === null)

    async function answer(outcome: StageOutcome, fresh: boolean): Promise<Accepted> {
      if (outcome !== 'counted') throw refusal(outcome, header.round)
      const signature = await sign(identity.signing, receiptMessage(fromHex(bodyHash)))
      const { id, round } = header
      return { fresh, receipt: { id, round, bodyHash, signature: toBase64(signature) } }
    }
  }

  // --- bringing a round to its end ----------------------------------------------------------

  /** One step; true when there may be another right away. */
  async function step(): Promise<boolean> {
    const record = await store.current()
    if (record?.state === 'open') return collect(record)
    if (record?.state === 'sealed') return exchange(record)
    if (record?.state === 'exchanged') return conclude(record)
    return openNext(record)
  }

  async function collect(record: RoundRecord): Promise<boolean> {
    const { round, policy } = record
    const model = await readLatest(options.models)
    const wanted = await policyHash(await policyFor(model, policy.helper))
    if (wanted !== record.policyHash)
      return abandon(record, 'the model or the policy changed while it was open')
    if (record.pending > 0) await drain(record)
    if (!(await store.seal(round, policy.aggregationGoal))) return false
    log(`round ${round} sealed with ${policy.aggregationGoal} reports`)
    return true
  }

  /** Reports whose upload was cut off: the helper may or may not have its part. */
  async function drain(record: RoundRecord): Promise<void> {
    const pending = await store.pending(record.round)
    for (let i = 0; i < pending.length; i += GROUP) {
      const group = pending.slice(i, i + GROUP).map(({ body }) => check(body, record))
      const outcomes = await forward(record.round, await Promise.all(group))
      if ([...outcomes.values()].includes('closed'))
        throw new NearsideError('round-closed', 'The helper has closed the round')
    }
  }

  async function exchange(record: RoundRecord): Promise<boolean> {
    const { round, policy } = record
    const { counted, idSetHash, sum } = await store.aggregate(round)
    const request = { policyHash: record.policyHash, counted, idSetHash }
    const peerShare = await helper.release(round, request, policy)
    addShare(sum, noise(noiseVariance(policy), sum.length))
    const version = await nextVersion(options.models)
    await store.exchange(round, { idSetHash, ownShare: sum, peerShare, version })
    return true
  }

  async function conclude(record: RoundRecord): Promise<boolean> {
    const { round, policy, ownShare, peerShare, version } = record
    if (ownShare === null || peerShare === null || version === null)
      throw new NearsideError('storage-corrupt', `Round ${round} lost its shares`)
    const latest = await readLatest(options.models)
    // Published already, by a process that died before it could say so.
    if (latest.version === version && latest.manifest.parent === policy.model.version)
      return end(record, 'released', ACCEPTED)
    if (latest.hash !== policy.model.hash)
      return abandon(record, 'another model was published while it was open')
    const mean = meanUpdate(ownShare, peerShare, policy)
    const wrong = implausible(mean, policy)
    if (wrong.length > 0)
      return end(record, 'rejected', { accepted: false, reasons: wrong, metrics: {} })
    const candidate = await options.applyUpdate(latest, mean, policy.learningRate, version)
    const verdict = await options.gate(latest, candidate)
    if (!verdict.accepted) return end(record, 'rejected', verdict)
    await publish(options.models, latest, candidate)
    return end(record, 'released', verdict)
  }

  async function end(record: RoundRecord, state: 'released' | 'rejected', verdict: Verdict) {
    await store.close(record.round, state, verdict, now())
    const what = state === 'released' ? `released model ${record.version}` : 'was rejected'
    log([`round ${record.round} ${what}`, ...verdict.reasons].join(': '))
    return true
  }

  async function abandon(record: RoundRecord, why: string): Promise<boolean> {
    const verdict = { accepted: false, reasons: [why], metrics: {} }
    await store.close(record.round, 'abandoned', verdict, now())
    log(`round ${record.round} was abandoned: ${why}`)
    return true
  }

  async function openNext(newest: RoundRecord | null): Promise<boolean> {
    const model = await readLatest(options.models)
    const { lastRound, sealing, signing } = await helper.keys()
    const policy = await policyFor(model, { sealing, signing })
    // The helper goes first: a round that it doesn't know must not collect reports. If this process
    // dies after it has agreed, that number stays unused.
    const round = Math.max(newest?.round ?? 0, lastRound) + 1
    await helper.propose(round, policy)
    await store.openRound(round, policy, await policyHash(policy), now())
    log(`round ${round} opened for model ${model.version}, goal ${policy.aggregationGoal}`)
    return false
  }

  async function policyFor(model: PublishedModel, keys: Policy['helper']): Promise<Policy> {
    return {
      format: POLICY_FORMAT,
      trust: options.trust,
      ...options.parameters,
      model: { version: model.version, hash: model.hash },
      parameters: options.layout(model),
      leader: identity.publicKeys,
      helper: { sealing: keys.sealing, signing: keys.signing },
    }
  }

  async function advance(): Promise<void> {
    try {
      while (await next(step)) waitingFor = null
      waitingFor = null
    } catch (thrown) {
      await stall(NearsideError.from(thrown, 'storage-unavailable', 'The round cannot go on'))
    }
  }

  async function advanceIfFull(): Promise<void> {
    const record = await store.current().catch(() => null)
    if (record && record.counted >= record.policy.aggregationGoal) await advance()
  }

  /** Says what is missing, once; a round that the helper won't finish gives way to the next. */
  async function stall(error: NearsideError): Promise<void> {
    if (error.message !== waitingFor) log(`waiting: ${error.message}`)
    waitingFor = error.message
    const record = await store.current().catch(() => null)
    const isRefused = error.code === 'round-closed' || error.code === 'policy-mismatch'
    if (isRefused && (record?.state === 'open' || record?.state === 'sealed'))
      await next(() => abandon(record, error.message)).catch(() => false)
  }

  return {
    role: 'leader',
    trust: options.trust,
    current: () => store.current(),
    rounds: () => store.rounds(ROUNDS_SHOWN),
    waitingFor: () => waitingFor,
    accept,
    advance,
    queued: groups.waiting,
  }
}

const ACCEPTED: Verdict = { accepted: true, reasons: [], metrics: {} }

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
