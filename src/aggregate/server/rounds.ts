/**
 * @module Brings a full round to its release at the leader, one step at a time: open → full → exchanged → concluded.
 * Each step is stored before the next step begins, and can be repeated. So the process can die at any moment without
 * harm.
 */

import { type Bytes, toHex } from '@nearside/core/bytes.ts'
import { type ErrorCode, NearsideError } from '@nearside/core/error.ts'
import type { ModelManifest } from '@nearside/core/model/manifest.ts'
import { nodeDisk } from '@nearside/train/models/disk.ts'
import { nextVersion, publishModel, signAgain } from '@nearside/train/models/publish.ts'
import {
  type PublishedModel,
  readFiles,
  readLatest,
  readTrained,
} from '@nearside/train/models/read.ts'
import type { Signer } from '@nearside/train/models/sign.ts'
import { discreteGaussianNoise } from '../privacy/discreteGaussian.ts'
import { addShare } from '../privacy/shares.ts'
import {
  noiseVariance,
  POLICY_FORMAT,
  type Policy,
  type PolicyParameters,
  policyHash,
} from '../protocol/policy.ts'
import type { AggregatorOptions } from './aggregator.ts'
import { createSealingKey, publicHalf } from './identity.ts'
import { serverHash } from './keystream.ts'
import type { Helper } from './peer.ts'
import { implausible, meanUpdate, review } from './release.ts'
import type { RoundRecord, Verdict } from './store/records.ts'

/** Terms of a round that decide how its mean update becomes the next model. */
type UpdateTerms = Pick<
  PolicyParameters,
  'learningRate' | 'momentum' | 'countShare' | 'clipNorm' | 'noiseMultiplier' | 'aggregationGoal'
>

export interface Candidate {
  readonly manifest: ModelManifest
  /** Files that differ from the parent's files; the manifest lists the unchanged files, too. */
  readonly files: ReadonlyMap<string, Bytes>
}

/**
 * Makes the next model from the mean update. This function is an option, so that the server's code knows no model
 * format.
 * @throws NearsideError `fit-diverged` if the update gives no valid model; the round is rejected
 */
export type ApplyUpdate = (
  parent: PublishedModel,
  meanUpdate: Float64Array,
  terms: UpdateTerms,
  version: string,
) => Promise<Candidate>

/**
 * Decides whether a candidate may be published.
 * @throws NearsideError `engine-failed` if the scores aren't finite; the round is rejected
 */
export type Gate = (
  parent: PublishedModel,
  candidate: Candidate,
  /** Last trained model: the parent itself, or the trained model from which the parent's rounds started. */
  trained: PublishedModel,
) => Promise<Verdict>

export interface LeaderOptions extends AggregatorOptions {
  readonly helper: Helper
  /** Pause in which the intake collects reports, see `groupCommit`. */
  readonly gather?: () => Promise<unknown>
  readonly models: string
  /** Number of parameters of each kind in an update of this model. */
  readonly layout: (model: PublishedModel, terms: PolicyParameters) => Policy['parameters']
  readonly applyUpdate: ApplyUpdate
  readonly gate: Gate
  /** Whether a review may roll back models that rounds have published, see `review`. */
  readonly takesBack?: boolean
  /** Signs the models that are published. With a signer, rounds continue only from models that the signer signed. */
  readonly signer?: Signer
  /** L2 distance between two models in the parameters that rounds change. */
  readonly distance: (trained: PublishedModel, candidate: Candidate) => Promise<number>
}

/**
 * Maximum distance of a round's model from the last trained model, in units of the longest step that honest reports can
 * cause: learning rate · clip norm / (1 − momentum).
 */
const MOST_STEPS = 10

const ACCEPTED: Verdict = { accepted: true, reasons: [], metrics: {} }
/** Errors for parameters or scores that aren't finite. A retry would give the same result. */
const NO_MODEL: ReadonlySet<ErrorCode> = new Set(['fit-diverged', 'engine-failed'])

export function createRounds(options: LeaderOptions) {
  const { store, identity, helper, now, log = () => {}, noise = discreteGaussianNoise } = options
  const startedAt = now()
  let isReviewed = false
  let takenBack = 0

  /**
   * Runs one step. Returns true if another step can follow at once.
   * @throws NearsideError that names what the step still needs; a later retry may succeed
   */
  async function step(): Promise<boolean> {
    const record = await store.current()
    if (record) await requireSharedFolder(record)
    if (record?.state === 'open') return collect(record)
    if (record?.state === 'full') return exchange(record)
    if (record?.state === 'exchanged') return conclude(record)
    return openNext(record)
  }

  /**
   * Checks that all processes share the folder of models: otherwise, two processes would abandon each other's rounds
   * forever.
   */
  async function requireSharedFolder(newest: RoundRecord): Promise<void> {
    const { round, state, policy, version } = newest
    const needed = state === 'released' && version !== null ? version : policy.model.version
    const isSince = (newest.closedAt ?? newest.openedAt) > startedAt
    if (isSince && !(await nodeDisk.list(options.models)).includes(needed))
      throw new NearsideError(
        'model-unreachable',
        `Round ${round} needs model ${needed}, which ${options.models} lacks: give all processes of a leader the same folder`,
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
          `Round ${round} was opened by a process with other terms: start all processes of a leader with the same terms`,
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
    // An earlier process published this version, and died before it could record that.
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
      candidate = await options.applyUpdate(latest, mean, policy, version)
      const trained = await readTrained(options.models, latest)
      const distance = await options.distance(trained, candidate)
      const most = (MOST_STEPS * learningRate * policy.clipNorm) / (1 - momentum)
      verdict =
        distance > most
          ? rejection([
              `the model’s distance from version ${trained.version}, the last trained one, is ${distance.toPrecision(3)}, above the limit ${most.toPrecision(3)}: train a new model`,
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

  /** Abandons a round for good; the next step opens another round. */
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
    // The served model is reviewed between rounds, because a rollback then loses no reports. One review per start is
    // enough, because test cases are read only at the start.
    if (options.takesBack && !isReviewed && (await review(options))) takenBack++
    isReviewed = true
    const model = await readLatest(options.models)
    requireOwn(model)
    const { lastRound, ...named } = await helper.keys()
    const key = await createSealingKey()
    const { publicKey: signing, operator } = identity
    const leader = { sealing: publicHalf(key), signing, operator }
    const policy = policyFor(model, { leader, helper: named })
    // The helper opens the round first, because the leader must not collect reports for a round that the helper doesn't
    // know. If this process dies in between, the round's number stays unused.
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
      parameters: options.layout(model, options.parameters),
      leader: keys.leader,
      helper: keys.helper,
    }
  }

  return { step, abandon, renew, takenBack: () => takenBack }
}

function rejection(reasons: readonly string[]): Verdict {
  return { accepted: false, reasons, metrics: {} }
}
