/**
 * @module How the leader brings a full round to a release: open → full → exchanged → concluded, one
 * step at a time. Every step is stored before the next begins and can be repeated, so that the process
 * may die at any moment.
 */

import { type Bytes, toHex } from '../../core/bytes.ts'
import { type ErrorCode, NearsideError } from '../../core/error.ts'
import type { ModelManifest } from '../../core/model/manifest.ts'
import { nodeDisk } from '../../models/disk.ts'
import { nextVersion, publishModel, signAgain } from '../../models/publish.ts'
import { type PublishedModel, readFiles, readLatest, readTrained } from '../../models/read.ts'
import type { Signer } from '../../models/sign.ts'
import { discreteGaussianNoise } from '../privacy/discreteGaussian.ts'
import { addShare } from '../privacy/shares.ts'
import { noiseVariance, POLICY_FORMAT, type Policy, policyHash } from '../protocol/policy.ts'
import type { AggregatorOptions } from './aggregator.ts'
import { createSealingKey, publicHalf } from './identity.ts'
import { serverHash } from './keystream.ts'
import type { Helper } from './peer.ts'
import { implausible, meanUpdate } from './release.ts'
import { review } from './review.ts'
import type { RoundRecord, Verdict } from './store.ts'

/** A model that is not published yet. */
export interface Candidate {
  readonly manifest: ModelManifest
  /** Files that differ from the parent's; the manifest says which others there are. */
  readonly files: ReadonlyMap<string, Bytes>
}

/**
 * Makes the next model from the mean update; the server itself knows nothing of models.
 * @throws NearsideError `fit-diverged` where the update gives none: the round is rejected
 */
export type ApplyUpdate = (
  parent: PublishedModel,
  meanUpdate: Float64Array,
  learningRate: number,
  version: string,
  momentum?: number,
) => Promise<Candidate>

/** Whether the candidate may be published. @throws NearsideError `engine-failed` where it scores nothing: it is rejected */
export type Gate = (
  parent: PublishedModel,
  candidate: Candidate,
  /** The last model that was trained: parent, or where its rounds began. */
  trained: PublishedModel,
) => Promise<Verdict>

export interface LeaderOptions extends AggregatorOptions {
  readonly helper: Helper
  /** How long the intake lets reports gather, see `groupCommit`. */
  readonly gather?: () => Promise<unknown>
  /** The publish directory. */
  readonly models: string
  /** How an update of this model is laid out. */
  readonly layout: (model: PublishedModel) => Policy['parameters']
  readonly applyUpdate: ApplyUpdate
  readonly gate: Gate
  /** Whether it may take back what rounds have published, see `review`. */
  readonly takesBack?: boolean
  /** Makes what is published a signed release; then a round goes on from nothing that others made. */
  readonly signer?: Signer
  /** L2 distance of the parameters that rounds move. */
  readonly distance: (trained: PublishedModel, candidate: Candidate) => Promise<number>
}

/**
 * How far rounds may lead from the last trained model, in longest honest steps (learning rate times
 * clip norm, and as much longer as momentum makes them): so much in one direction is no correction of it but another model.
 */
const MOST_STEPS = 10

const ACCEPTED: Verdict = { accepted: true, reasons: [], metrics: {} }
/** Parameters or scores that are not finite: the same update gives the same, however often it is tried. */
const NO_MODEL: ReadonlySet<ErrorCode> = new Set(['fit-diverged', 'engine-failed'])

export function createRounds(options: LeaderOptions) {
  const { store, identity, helper, now, log = () => {}, noise = discreteGaussianNoise } = options
  const startedAt = now()
  let isReviewed = false
  let takenBack = 0

  /**
   * One step; true when there may be another right away.
   * @throws NearsideError what is missing for it; to be tried again later
   */
  async function step(): Promise<boolean> {
    const record = await store.current()
    if (record) await requireSharedFolder(record)
    if (record?.state === 'open') return collect(record)
    if (record?.state === 'full') return exchange(record)
    if (record?.state === 'exchanged') return conclude(record)
    return openNext(record)
  }

  /** Two processes that were not started alike would else give up each other's rounds without end. */
  async function requireSharedFolder(newest: RoundRecord): Promise<void> {
    const { round, state, policy, version } = newest
    const needed = state === 'released' && version !== null ? version : policy.model.version
    const isSince = (newest.closedAt ?? newest.openedAt) > startedAt
    if (isSince && !(await nodeDisk.list(options.models)).includes(needed))
      throw new NearsideError(
        'model-unreachable',
        `Round ${round} has model ${needed}, which ${options.models} lacks: all processes of a leader need one and the same folder`,
      )
  }

  async function collect(record: RoundRecord): Promise<boolean> {
    const { round, policy } = record
    const model = await readLatest(options.models)
    const wanted = await policyHash(policyFor(model, policy))
    if (wanted !== record.policyHash) {
      if (record.openedAt > startedAt && model.hash === policy.model.hash)
        throw new NearsideError(
          'policy-mismatch',
          `Round ${round} was opened by a process with other terms: start all of a leader’s with the same`,
        )
      return abandon(record, 'the model or the policy changed while it was open')
    }
    if (!(await store.fill(round, policy.aggregationGoal))) return false
    log(`round ${round} is full: ${policy.aggregationGoal} reports`)
    return true
  }

  async function exchange(record: RoundRecord): Promise<boolean> {
    const { round, policy } = record
    const { ids, sum } = await store.aggregate(round)
    const { share: peerShare, signature: peerSignature } = await helper.release(record, ids)
    const idSetHash = toHex(serverHash(ids))
    addShare(sum, await noise(noiseVariance(policy), sum.length))
    const version = await nextVersion(options.models)
    await store.exchange(round, { idSetHash, ownShare: sum, peerShare, peerSignature, version })
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
    if (wrong.length > 0) return end(record, 'rejected', rejection(wrong))
    let candidate: Candidate
    let verdict: Verdict
    try {
      const { learningRate, momentum } = policy
      candidate = await options.applyUpdate(latest, mean, learningRate, version, momentum)
      const trained = await readTrained(options.models, latest)
      const distance = await options.distance(trained, candidate)
      const most = (MOST_STEPS * learningRate * policy.clipNorm) / (1 - momentum)
      verdict =
        distance > most
          ? rejection([
              `it is ${distance.toPrecision(3)} from version ${trained.version}, the last that was trained, where ${most.toPrecision(3)} is the most: train a new one`,
            ])
          : await options.gate(latest, candidate, trained)
    } catch (thrown) {
      const { code, message } = NearsideError.from(thrown, 'storage-unavailable', 'No model')
      if (!NO_MODEL.has(code)) throw thrown
      return end(record, 'rejected', rejection([message]))
    }
    if (!verdict.accepted) return end(record, 'rejected', verdict)
    const { manifest } = candidate
    const files = await readFiles({ manifest, directory: latest.directory }, candidate.files)
    try {
      await publishModel(
        options.models,
        { manifest, files },
        { version, sign: options.signer?.sign },
      )
    } catch (thrown) {
      if (!(thrown instanceof NearsideError && thrown.code === 'version-taken')) throw thrown
      return abandon(record, `another model was published as version ${version}`)
    }
    return end(record, 'released', verdict)
  }

  async function end(record: RoundRecord, state: 'released' | 'rejected', verdict: Verdict) {
    if (!(await store.close(record.round, state, verdict, now()))) return false
    const what = state === 'released' ? `released model ${record.version}` : 'was rejected'
    log([`round ${record.round} ${what}`, ...verdict.reasons].join(': '))
    return true
  }

  /** Gives a round up for good; the next step opens another. */
  async function abandon(record: RoundRecord, why: string): Promise<boolean> {
    if (!(await store.close(record.round, 'abandoned', rejection([why]), now()))) return false
    log(`round ${record.round} was abandoned: ${why}`)
    if (record.counted > 0)
      log(
        `ALARM: round ${record.round} is gone, and its ${record.counted} acknowledged reports are lost`,
      )
    return true
  }

  async function openNext(newest: RoundRecord | null): Promise<boolean> {
    // Between rounds, where it costs no report; later there would be no other cases to judge by.
    if (options.takesBack && !isReviewed && (await review(options))) takenBack++
    isReviewed = true
    const model = await readLatest(options.models)
    requireOwn(model)
    const { lastRound, ...named } = await helper.keys()
    const key = await createSealingKey()
    const { publicKey: signing, operator } = identity
    const leader = { sealing: publicHalf(key), signing, operator }
    const policy = policyFor(model, { leader, helper: named })
    // The helper goes first: a round that it doesn't know must not collect reports. If this process
    // dies after it has agreed, that number stays unused.
    const round = Math.max(newest?.round ?? 0, lastRound) + 1
    await helper.propose({ round, policy })
    await store.openRound(round, policy, await policyHash(policy), key, now())
    log(`round ${round} opened for model ${model.version}, goal ${policy.aggregationGoal}`)
    return false
  }

  function requireOwn({ version, hash, signed }: PublishedModel): void {
    if (options.signer?.hasSigned({ version, manifest: hash, signed }) === false)
      throw new NearsideError(
        'model-unsigned',
        `Model ${version} is not signed by the leader’s key: see nearside sign`,
      )
  }

  /** Signs the published model once more when half of its release's time is over. */
  async function renew(): Promise<void> {
    const { signer, models } = options
    const model = await readLatest(models)
    const { issued, expires } = model.signed ?? {}
    if (!signer || issued === undefined || expires === undefined) return
    if (now() < (issued + expires) / 2) return
    requireOwn(model)
    const { version, signed } = await signAgain(models, signer.sign)
    log(`model ${version} is signed once more, as release ${signed?.release}`)
  }

  function policyFor(model: PublishedModel, keys: Pick<Policy, 'leader' | 'helper'>): Policy {
    return {
      format: POLICY_FORMAT,
      trust: options.trust,
      ...options.parameters,
      model: { version: model.version, hash: model.hash },
      parameters: options.layout(model),
      leader: keys.leader,
      helper: keys.helper,
    }
  }

  return { step, abandon, renew, takenBack: () => takenBack }
}

function rejection(reasons: readonly string[]): Verdict {
  return { accepted: false, reasons, metrics: {} }
}
