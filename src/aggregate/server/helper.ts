/**
 * @module The helper: holds the seeds' sum and the veto. It opens a round only on its own terms,
 * and lets its share go only once, with its own noise, for a full round whose reports are the same
 * as the leader's.
 */

import {
  type Bytes,
  encodeVector,
  equalBytes,
  fromBase64,
  sha256,
  sha256Hex,
  toBase64,
  utf8,
} from '../../core/bytes.ts'
import { canonicalJson } from '../../core/canonicalJson.ts'
import { NearsideError } from '../../core/error.ts'
import { serially } from '../../core/serially.ts'
import { discreteGaussianNoise } from '../privacy/discreteGaussian.ts'
import { open } from '../privacy/seal.ts'
import { addShare, expandSeed } from '../privacy/shares.ts'
import { answerMessage, peerMessage, sign, verify } from '../privacy/signature.ts'
import {
  dimensionOf,
  noiseVariance,
  type Policy,
  type PolicyParameters,
  parametersOf,
  parsePolicy,
  policyHash,
} from '../protocol/policy.ts'
import { HELPER_PART_BYTES, parseHelperPart, reportAad, sealInfo } from '../protocol/report.ts'
import { type Aggregator, type AggregatorOptions, ROUNDS_SHOWN } from './aggregator.ts'
import { releaseMessage, SHARE_OUTCOMES, type ShareOutcome } from './peer.ts'
import type { HelperKeys, ReleaseAnswer, ReleaseRequest } from './schemas.ts'
import type { CountedShare, RoundRecord } from './store.ts'

export interface HelperAggregator extends Aggregator {
  keys(): Promise<HelperKeys>
  /** @throws NearsideError `consent-missing` unless the leader that this helper knows signed it */
  authenticate(path: string, body: Uint8Array, signature: string): Promise<void>
  /** @returns base64 */
  signAnswer(path: string, body: Uint8Array, status: number, answer: Uint8Array): Promise<string>
  propose(round: number, policy: unknown): Promise<void>
  take(round: number, parts: Uint8Array): Promise<Uint8Array>
  release(round: number, request: ReleaseRequest): Promise<ReleaseAnswer>
}

export function createHelper(options: AggregatorOptions): HelperAggregator {
  const { store, identity, now, log = () => {}, noise = discreteGaussianNoise } = options
  const next = serially()

  async function propose(round: number, proposed: unknown): Promise<void> {
    const policy = parsePolicy(proposed)
    checkTerms(policy, options)
    const newest = await store.current()
    if (newest !== null && round < newest.round) throw refused(`round ${round} is over`)
    await pinLeader(fromBase64(policy.leader.signing))
    const hash = await policyHash(policy)
    if (!(await store.openRound(round, policy, hash, now())))
      throw refused(`round ${round} has other terms or is over`)
    if (newest?.round !== round) log(`round ${round} opened for model ${policy.model.version}`)
  }

  /** The first leader is the leader: from then on only its signature counts. */
  async function pinLeader(key: Bytes): Promise<void> {
    const known = await store.setting('leader')
    if (known === null) await store.putSetting('leader', key)
    else if (!equalBytes(known, key)) throw refused('the policy names another leader')
  }

  async function openShare(part: Uint8Array, record: RoundRecord): Promise<CountedShare> {
    const { policy, round } = record
    const { header, helperShare } = parseHelperPart(part)
    const modelHash = policy.model.hash
    if (
      header.round !== round ||
      header.policyHash !== record.policyHash ||
      header.modelHash !== modelHash
    )
      throw new NearsideError('report-invalid', 'The report is for another round')
    const aad = reportAad(policy.task, header)
    const seed = await open(identity.sealing, helperShare, sealInfo('helper'), aad)
    const binding = { task: policy.task, round, policyHash: record.policyHash, modelHash }
    const share = await expandSeed(seed, binding, dimensionOf(policy))
    return { id: header.id, bodyHash: await sha256Hex(part), share }
  }

  async function take(round: number, parts: Uint8Array): Promise<Uint8Array> {
    if (parts.length === 0 || parts.length % HELPER_PART_BYTES !== 0)
      throw new NearsideError('report-invalid', 'The body is not a whole number of helper parts')
    const record = await requireRound(round)
    const opened = await Promise.all(
      Array.from({ length: parts.length / HELPER_PART_BYTES }, (_, i) =>
        openShare(parts.slice(i * HELPER_PART_BYTES, (i + 1) * HELPER_PART_BYTES), record).catch(
          () => null,
        ),
      ),
    )
    const valid = opened.filter((share) => share !== null)
    const taken = await next(() => store.take(round, valid))
    const outcomes = opened.map(
      (share): ShareOutcome => (share === null ? 'invalid' : taken[valid.indexOf(share)]),
    )
    return Uint8Array.from(outcomes, (outcome) => SHARE_OUTCOMES.indexOf(outcome))
  }

  async function release(round: number, request: ReleaseRequest): Promise<ReleaseAnswer> {
    let record = await requireRound(round)
    if (record.policyHash !== request.policyHash) throw refused('the policies differ')
    if (record.state === 'open') {
      const { counted, idSetHash, sum } = await store.aggregate(round)
      if (counted < record.policy.aggregationGoal)
        throw refused(`${counted} reports are fewer than ${record.policy.aggregationGoal}`)
      if (counted !== request.counted || idSetHash !== request.idSetHash)
        throw refused('the leader counted other reports')
      // Stored before it is sent: asked again, the helper gives the same bytes, never new noise.
      addShare(sum, noise(noiseVariance(record.policy), sum.length))
      if (!(await store.release(round, { counted, idSetHash, ownShare: sum }, now())))
        throw refused(`round ${round} has just changed`)
      record = await requireRound(round)
      log(`round ${round} released with ${counted} reports`)
    }
    const { ownShare, idSetHash, counted } = record
    if (ownShare === null || idSetHash !== request.idSetHash)
      throw refused(`round ${round} was not released`)
    const share = encodeVector(ownShare)
    const message = await releaseMessage(round, { ...request, counted, share })
    return { share: toBase64(share), signature: toBase64(await sign(identity.signing, message)) }
  }

  async function requireRound(round: number): Promise<RoundRecord> {
    const record = await store.current()
    if (record?.round !== round)
      throw new NearsideError('round-closed', `Round ${round} is not open here`)
    return record
  }

  return {
    role: 'helper',
    trust: options.trust,
    current: () => store.current(),
    rounds: () => store.rounds(ROUNDS_SHOWN),
    waitingFor: () => null,
    async keys() {
      const lastRound = (await store.current())?.round ?? 0
      return { ...identity.publicKeys, lastRound }
    },
    lost: () => store.lost(),
    async authenticate(path, body, signature) {
      const known = await store.setting('leader')
      const claimed = known ?? (await claimedLeader(body))
      const message = peerMessage('POST', path, await sha256(body))
      if (claimed === null || !(await verify(claimed, signature, message)))
        throw new NearsideError(
          'consent-missing',
          'The request is not signed by the leader of this helper',
        )
    },
    async signAnswer(path, body, status, answer) {
      const hashes = [await sha256(body), await sha256(answer)] as const
      const message = answerMessage('POST', path, hashes[0], status, hashes[1])
      return toBase64(await sign(identity.signing, message))
    },
    propose: (round, policy) => next(() => propose(round, policy)),
    take,
    release: (round, request) => next(() => release(round, request)),
  }
}

/** The key that a first proposal names for its leader. */
async function claimedLeader(body: Uint8Array): Promise<Uint8Array | null> {
  try {
    const { policy } = JSON.parse(new TextDecoder().decode(body)) as { policy: unknown }
    return fromBase64(parsePolicy(policy).leader.signing)
  } catch {
    return null
  }
}

function checkTerms(policy: Policy, options: AggregatorOptions): void {
  const { identity, parameters, trust } = options
  const proposed = parametersOf(policy)
  for (const name of Object.keys(parameters) as (keyof PolicyParameters)[]) {
    if (proposed[name] !== parameters[name])
      throw refused(`${name} is ${proposed[name]}, the helper agreed to ${parameters[name]}`)
  }
  if (policy.trust !== trust) throw refused(`trust is ${policy.trust}, the helper runs as ${trust}`)
  const ours = utf8(canonicalJson(identity.publicKeys))
  if (!equalBytes(utf8(canonicalJson(policy.helper)), ours))
    throw refused('the policy names other keys for the helper')
}

function refused(why: string): NearsideError {
  return new NearsideError('policy-mismatch', `Refused: ${why}`)
}
