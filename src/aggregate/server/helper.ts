/**
 * @module The helper: stores the seeds of its shares, and opens a round only on its own operator's terms. It releases
 * its sum once, with its own noise, for a full round of reports whose seeds it stores. Reports that the leader didn't
 * count are not in the sum.
 */
import {
  type Bytes,
  encodeVector,
  fromBase64,
  fromHex,
  ownBytes,
  toBase64,
  toHex,
} from '@nearside/core/bytes.ts'
import { canonicalJson } from '@nearside/core/canonicalJson.ts'
import { NearsideError } from '@nearside/core/error.ts'
import { discreteGaussianNoise } from '../privacy/discreteGaussian.ts'
import { openSeal } from '../privacy/openSeal.ts'
import { expandHelperShare, isProven, prepare } from '../privacy/pine/pine.ts'
import { addShare, helperSeeds, type ShareBinding } from '../privacy/shares.ts'
import { answerMessage, peerMessage, reachedMessage, sign, verify } from '../privacy/signature.ts'
import { requireConsent } from '../protocol/consent.ts'
import {
  type AggregatorIdentity,
  dimensionOf,
  noiseVariance,
  type Policy,
  type PolicyParameters,
  parseParameters,
  parsePolicy,
  policyHash,
} from '../protocol/policy.ts'
import {
  circuitOf,
  helperPartBytes,
  parseHelperPart,
  REPORT_ID_BYTES,
  reportAad,
  sealInfo,
} from '../protocol/report.ts'
import { type AggregatorOptions, createTasks } from './aggregator.ts'
import { createRoundKeys, createSealingKey, publicHalf } from './identity.ts'
import { serverHash, serverHkdf, serverXof } from './keystream.ts'
import { createListFiles } from './listFiles.ts'
import { createModelReleases } from './modelReleases.ts'
import { releaseMessage, SHARE_OUTCOMES, type ShareOutcome } from './peer.ts'
import type { HelperKeys, ReachedReports, ReleaseAnswer, ReleaseRequest } from './schemas.ts'
import type { KeptSeed, RoundRecord } from './store/records.ts'
import { NEXT_SEALING_KEY } from './store/rounds.ts'

export type HelperAggregator = ReturnType<typeof createHelper>

export interface HelperOptions extends AggregatorOptions {
  /**
   * Fetches the signing key of the leader that the operator named. The helper retries until it has the key, then stores
   * the key.
   */
  readonly leaderKey: () => Promise<Bytes>
  /**
   * Base64 public keys of publishers whose models this helper signs. Without publishers, the helper signs no models and
   * accepts rounds for any model.
   */
  readonly publishers?: readonly string[]
  readonly lists: string
}

/** Number of reports that the helper sums before it handles other requests. */
const SLICE = 64

export function createHelper(options: HelperOptions) {
  const { store, identity, now, log = () => {}, noise = discreteGaussianNoise } = options
  const keysOf = createRoundKeys('leader')
  const { publishers = [] } = options
  const models = publishers.length > 0 ? createModelReleases({ ...options, publishers }) : null
  const lists = createListFiles({
    directory: options.lists,
    endedAt: (round) => store.endedAt(round),
    make: reached,
  })
  let unproven = 0

  const named = (sealing: string): AggregatorIdentity => {
    const { publicKey: signing, operator } = identity
    return { sealing, signing, operator }
  }

  async function sealingKey(): Promise<Bytes> {
    const known = await store.setting(NEXT_SEALING_KEY)
    return known ?? store.keepSetting(NEXT_SEALING_KEY, await createSealingKey())
  }

  async function propose(round: number, proposed: unknown): Promise<void> {
    const policy = parsePolicy(proposed)
    const hash = await policyHash(policy)
    const newest = await store.current()
    if (newest?.round === round && newest.state === 'open' && newest.policyHash === hash) return
    if (newest !== null && round <= newest.round)
      throw refused(`round ${round} has other terms or is over`)
    const key = await sealingKey()
    checkTerms(policy, named(publicHalf(key)), options)
    if (policy.leader.signing !== toBase64(await leaderKey()))
      throw refused('the policy names another leader')
    await models?.requireNewest(policy.model.hash)
    if (!(await store.openRound(round, policy, hash, key, now())))
      throw refused(`round ${round} has other terms or is over`)
    // If the previous round was open, `openRound` has just ended it, so the list of its reports can be made.
    if (newest?.state === 'open') makeList(newest.round)
    // Deletes the list files of rounds whose marks (salted id hashes) are deleted.
    lists.sweep().catch(({ message }: Error) => log(message))
    log(`round ${round} opened for model ${policy.model.version}`)
  }

  async function leaderKey(): Promise<Bytes> {
    const known = await store.setting('leader')
    return known ?? store.keepSetting('leader', await options.leaderKey())
  }

  async function openSeed(part: Uint8Array, record: RoundRecord): Promise<KeptSeed> {
    const { policy, policyHash, round } = record
    const { header, helperShare, verifiers } = parseHelperPart(part)
    if (
      header.round !== round ||
      header.policyHash !== policyHash ||
      header.modelHash !== policy.model.hash
    )
      throw new NearsideError('report-invalid', 'The report is for another round')
    const aad = reportAad(policy.task, header)
    const keys = await keysOf(record)
    const share = openSeal(keys.sealing, helperShare, sealInfo('helper'), aad)
    const seed = ownBytes(requireConsent(share, keys.consent))
    const seeds = await helperSeeds(seed, bindingOf(record), serverHkdf)
    const [circuit, nonce] = [circuitOf(policy), fromHex(header.id)]
    const { publicShare } = header
    const own = await prepare(circuit, 'helper', keys.verify, nonce, publicShare, seeds, serverXof)
    const proven = own !== null && isProven(circuit, verifiers, own.verifiers)
    return { id: header.id, bodyHash: toHex(serverHash(part)), seed: proven ? seed : null }
  }

  async function take(round: number, parts: Uint8Array): Promise<Uint8Array> {
    const record = await requireRound(round)
    const length = helperPartBytes(record.policy)
    if (parts.length === 0 || parts.length % length !== 0)
      throw new NearsideError('report-invalid', 'The body is not a whole number of helper parts')
    await keysOf(record)
    const opened = await Promise.all(
      pieces(parts, length).map((part) =>
        openSeed(part, record).catch((thrown) => {
          if (thrown instanceof NearsideError && thrown.code === 'report-invalid') return 'invalid'
          if (thrown instanceof NearsideError && thrown.code === 'consent-missing')
            return 'unagreed'
          // The fault is this server's, so the report isn't invalid: the device can send it again.
          log(`a report of round ${round} was not checked: ${thrown}`)
          return 'unchecked'
        }),
      ),
    )
    const valid = opened.filter((seed) => typeof seed !== 'string')
    const kept = await store.keep(round, valid)
    const outcomes = opened.map(
      (seed): ShareOutcome => (typeof seed === 'string' ? seed : kept[valid.indexOf(seed)]),
    )
    unproven += outcomes.filter((outcome) => outcome === 'unproven').length
    return Uint8Array.from(outcomes, (outcome) => SHARE_OUTCOMES.indexOf(outcome))
  }

  async function release(round: number, request: ReleaseRequest): Promise<ReleaseAnswer> {
    let record = await requireRound(round)
    if (record.policyHash !== request.policyHash) throw refused('the policies differ')
    const ids = fromBase64(request.ids)
    const idSetHash = toHex(serverHash(ids))
    if (record.state === 'open') {
      const counted = countIds(ids)
      if (counted !== record.policy.aggregationGoal)
        throw refused(`${counted} reports are not the goal of ${record.policy.aggregationGoal}`)
      const sum = await sumOf(record, ids)
      // The helper stores the share before sending it, so that a repeated request gets the same bytes and never new
      // noise.
      addShare(sum, await noise(noiseVariance(record.policy), sum.length))
      if (!(await store.release(round, { counted, idSetHash, ownShare: sum }, now())))
        throw refused(`round ${round} is over`)
      record = await requireRound(round)
      makeList(round)
      log(`round ${round} released with ${counted} reports`)
    }
    const { ownShare, policy, policyHash } = record
    if (ownShare === null || record.idSetHash !== idSetHash)
      throw refused(`round ${round} was not released for these reports`)
    const share = encodeVector(ownShare)
    const message = await releaseMessage({ round, policy, policyHash, ids, share })
    return { share: toBase64(share), signature: toBase64(await sign(identity.signing, message)) }
  }

  async function sumOf(record: RoundRecord, ids: Uint8Array): Promise<Uint32Array> {
    const { policy, round } = record
    const binding = bindingOf(record)
    const sum = new Uint32Array(dimensionOf(policy))
    for (const slice of pieces(ids, SLICE * REPORT_ID_BYTES)) {
      for (const seed of await store.seeds(round, pieces(slice, REPORT_ID_BYTES))) {
        if (seed === null) throw refused('the leader counted reports that the helper lacks')
        addShare(
          sum,
          await expandHelperShare(
            await helperSeeds(seed, binding, serverHkdf),
            sum.length,
            serverXof,
          ),
        )
      }
    }
    return sum
  }

  async function reached(round: number): Promise<ReachedReports> {
    const found = await store.reached(round)
    if (found === null)
      throw new NearsideError(
        'input-invalid',
        `Round ${round} has no list: it is open, unknown, or older than the policy’s period`,
      )
    const { policyHash, openedAt: opened, closedAt: closed } = found
    const [salt, marks] = [found.salt, found.marks].map(toBase64)
    const said = { round, policyHash, opened, closed, salt, marks, key: identity.publicKey }
    return { ...said, signature: toBase64(await sign(identity.signing, reachedMessage(said))) }
  }

  /** Makes a round's list of reports before anybody requests it. If this fails, the first request makes the list. */
  function makeList(round: number): void {
    lists.prepare(round).catch(({ message }: Error) => log(message))
  }

  async function requireRound(round: number): Promise<RoundRecord> {
    const record = await store.current()
    if (record?.round !== round)
      throw new NearsideError('round-closed', `Round ${round} is not open here`)
    return record
  }

  return {
    role: 'helper' as const,
    trust: options.trust,
    store,
    task: createTasks('helper', options),
    waitingFor: async () => null,
    async keys(): Promise<HelperKeys> {
      const lastRound = (await store.current())?.round ?? 0
      return { ...named(publicHalf(await sealingKey())), lastRound }
    },
    unproven: () => unproven,
    /** Releases of models; null if the helper signs no models. */
    models,
    /** @throws NearsideError `consent-missing` unless this helper's leader signed the request */
    async authenticate(path: string, body: Uint8Array, signature: string): Promise<void> {
      const message = peerMessage('POST', path, serverHash(body))
      if (!(await verify(await leaderKey(), signature, message)))
        throw new NearsideError(
          'consent-missing',
          'The request is not signed by the leader of this helper',
        )
    },
    async signAnswer(path: string, body: Uint8Array, status: number, answer: Uint8Array) {
      const message = answerMessage('POST', path, serverHash(body), status, serverHash(answer))
      return toBase64(await sign(identity.signing, message))
    },
    propose: (round: number, policy: unknown) => store.exclusively(() => propose(round, policy)),
    take,
    openList: lists.open,
    release: (round: number, request: ReleaseRequest) =>
      store.exclusively(() => release(round, request)),
  }
}

function bindingOf({ policy, policyHash, round }: RoundRecord): ShareBinding {
  return { task: policy.task, round, policyHash, modelHash: policy.model.hash }
}

function pieces(bytes: Uint8Array, length: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / length) }, (_, i) =>
    bytes.slice(i * length, (i + 1) * length),
  )
}

/** Counts the ids; refuses ids that aren't in ascending order or that occur twice. */
function countIds(ids: Uint8Array): number {
  const hex = pieces(ids, REPORT_ID_BYTES).map(toHex)
  if (ids.length % REPORT_ID_BYTES !== 0 || hex.some((id, i) => i > 0 && id <= hex[i - 1]))
    throw refused('the ids must ascend, each once')
  return hex.length
}

function checkTerms(policy: Policy, own: AggregatorIdentity, options: AggregatorOptions): void {
  const { parameters, trust } = options
  const proposed = parseParameters(policy)
  for (const name of Object.keys({ ...proposed, ...parameters }) as (keyof PolicyParameters)[]) {
    const [asked, agreed] = [inWords(proposed[name]), inWords(parameters[name])]
    if (asked !== agreed) throw refused(`${name} is ${asked}, the helper agreed to ${agreed}`)
  }
  if (policy.trust !== trust) throw refused(`trust is ${policy.trust}, the helper runs as ${trust}`)
  if (canonicalJson(policy.helper) !== canonicalJson(own))
    throw refused('the policy names other keys or another operator for the helper')
}

const inWords = (term: unknown) => (typeof term === 'object' ? canonicalJson(term) : String(term))

function refused(why: string): NearsideError {
  return new NearsideError('policy-mismatch', `Refused: ${why}`)
}
