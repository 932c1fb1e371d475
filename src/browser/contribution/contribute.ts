/**
 * @module One contribution, from consent to receipt. The report and its privacy cost are on disk before the first byte
 * is sent. A retry sends the same bytes under the same report id, so the report counts once.
 */
import { cryptoRandomBytes, type RandomBytes } from '@nearside/aggregate/privacy/randomBytes.ts'
import type { Policy } from '@nearside/aggregate/protocol/policy.ts'
import { toBase64 } from '@nearside/core/bytes.ts'
import { NearsideError } from '@nearside/core/error.ts'
import { SALT_BYTES } from '../ledger/chain.ts'
import { checkpointId, fixedEntry } from '../ledger/checkpoint.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Store } from '../storage/store.ts'
import type { Transport } from '../transport/http.ts'
import { type AgreedTask, agreeTask } from './agreeTask.ts'
import { afterAnswer, epsilonSpent, parseBudget, spend, termsOf } from './budget.ts'
import { consentOf, requireLoggedConsent } from './consent.ts'
import { post, settle } from './deliver.ts'
import { makeReport, type Opening } from './makeReport.ts'
import { NO_CONSENT, NOTHING_SENT } from './nothingSent.ts'
import { type ContributionTerms, isFor, isWithin, type Recipients } from './terms.ts'

// Exported from here, so that a device loads all code for contributions in one file, once its shopper decides to share.
export { giveConsent } from './consent.ts'
export { whenDue } from './schedule.ts'
export { agreeTask, termsOf }

/**
 * Number of recent updates stored in plain text beside the log, so that an export shows what the log's hashes
 * (commitments) cover.
 */
const OPENINGS_KEPT = 12

/** Report without a receipt; its bytes may have been sent already. */
export interface PendingReport {
  readonly id: string
  readonly round: number
  readonly policyHash: string
  /** Time of the consent for this report; under another consent the report is never sent. */
  readonly consentSince: number
  /** Sealed report, base64; a retry sends these exact bytes. */
  readonly body: string
  /** Header with the report's token, if the policy needs one; a retry sends the same header. */
  readonly authorization?: string
  readonly detail: Readonly<Record<string, string | number | boolean>>
}

export interface ContributeDeps {
  readonly endpoints: Recipients
  /** `post` stores the log's `upload` entry on disk before it sends anything. */
  readonly transport: Pick<Transport, 'get' | 'post'>
  readonly ledger: Pick<Ledger, 'append' | 'count' | 'entries' | 'key'>
  /** Changes the settings on disk in one transaction. The callback can run twice; if it throws, nothing changes. */
  readonly records: Store['changeSettings']
  /** Value of `navigator.globalPrivacyControl`; true forbids contributing, even with a consent. */
  readonly globalPrivacyControl: boolean | undefined
  /** Hex SHA-256 of the manifest.json of the model in use. */
  readonly modelHash: string
  /**
   * Computes the update that `policy` asks for, before clipping, from this shopper's history as of `now` (milliseconds
   * since the epoch).
   */
  readonly update: (now: number, policy: Policy) => Promise<ArrayLike<number>> | ArrayLike<number>
  readonly now: () => number
  /**
   * Random number in [0, 1), for an automatic update only. It sets the delay between the token's request and the
   * update, so that neither reveals the time of the other.
   */
  readonly share?: number
  /** Whether only to request the update's token, because the update itself is not due yet. */
  readonly tokenOnly?: boolean
  /**
   * Signal that stops the contribution at any step. A report whose bytes could have been sent remains charged to the
   * budget, and is not sent again.
   */
  readonly signal?: AbortSignal
  /** Source of random bytes for masks, rounding and ids; default WebCrypto. Only test vectors pass another source. */
  readonly randomBytes?: RandomBytes
}

export interface Contributed {
  /** Whether the leader (aggregation server) accepted the report and its receipt is valid. */
  readonly sent: boolean
  readonly reason: string
  readonly error: NearsideError | null
}

/** Sends one report if consent, budget and an open round allow it. The log counts failures. Never throws. */
export async function contribute(deps: ContributeDeps): Promise<Contributed> {
  let error: NearsideError | null = null
  let reason: string
  try {
    await requireConsent(deps)
    const task = await agreeTask(deps.transport, deps.endpoints)
    const pending = await commit(deps, task, termsOf(task.policy, deps.endpoints))
    if (pending === null)
      return { sent: false, reason: 'The update has its token and leaves later', error: null }
    const answer = await post(deps, task, pending)
    const receipt = await settle(deps, task, pending, answer)
    reason = `Update ${receipt.id.slice(0, 8)} was counted in round ${receipt.round}`
  } catch (thrown) {
    error = NearsideError.from(thrown, 'report-invalid', 'The update could not be made')
    reason = error.message
    const detail = { purpose: 'contribute', code: error.code }
    // The result contains the error even if the log can't store it.
    await deps.ledger.count({ kind: 'failure', detail }).catch(() => undefined)
  }
  return { sent: error === null, reason, error }
}

/** @throws NearsideError `consent-missing` unless both the settings and the log contain the shopper's consent */
async function requireConsent(deps: ContributeDeps): Promise<void> {
  if (deps.globalPrivacyControl === true)
    throw new NearsideError('consent-missing', 'Global Privacy Control is on: nothing is sent')
  let agreed: ContributionTerms | undefined
  await deps.records((kept) => {
    agreed = consentOf(kept).terms
    return {}
  })
  // Servers that the consent doesn't name get no request.
  if (agreed === undefined || !isFor(agreed, deps.endpoints))
    throw new NearsideError('consent-missing', 'The shopper agreed to other recipients than these')
  await requireLoggedConsent(deps.ledger, agreed)
}

/**
 * Prepares the report to send and stores it on disk together with its privacy cost.
 * @returns the report; null if the report has to wait because its token was requested just now
 */
async function commit(
  deps: ContributeDeps,
  task: AgreedTask,
  terms: ContributionTerms,
): Promise<PendingReport | null> {
  const { policy, round, policyHash } = task
  if (policy.model.hash !== deps.modelHash)
    throw new NearsideError(
      'model-incompatible',
      `The round improves model ${policy.model.version}; this device has another`,
    )
  const before = await read(deps, task, terms)
  if (before.pending !== null) return before.pending
  const { randomBytes = cryptoRandomBytes } = deps
  const shown =
    policy.issuer &&
    (await (await import('./obtainToken.ts')).showToken({ ...deps, randomBytes }, task))
  if (shown === null || deps.tokenOnly) return null
  const now = deps.now()
  const checkpoints = before.checkpoints ?? toBase64(randomBytes(SALT_BYTES))
  const fixed = fixedEntry(await deps.ledger.entries())
  const through = fixed?.sequence ?? -1
  const id = await checkpointId(checkpoints, task, fixed?.hash ?? '')
  const made = await makeReport(await deps.update(now, policy), task, randomBytes, id)
  const { authorization, token } = shown ?? {}
  const detail = { ...terms, ...made.detail, through, ...(token && { token }) }
  const opening: Opening = { ...made.opening, made: now }
  const { since: consentSince } = before
  const body = toBase64(made.body)
  const pending = { id, round, policyHash, consentSince, body, detail, authorization }
  await deps.records((kept, epoch) => {
    // After a lost database connection, the transaction can run a second time; it then finds its own report stored.
    if (kept.pending?.body === body) return {}
    const consent = consentOf(kept)
    if (epoch !== before.epoch || consent.since !== consentSince)
      throw new NearsideError('aborted', 'Something was forgotten meanwhile; nothing was sent')
    const budget = spend(
      afterAnswer(parseBudget(kept.budget), task, deps.now()),
      task,
      consent.terms,
    )
    const { year, ever } = epsilonSpent(budget, policy.delta)
    const sent = { ...(kept.sent ?? NOTHING_SENT), epsilon: year, epsilonEver: ever }
    const openings: readonly Opening[] = [opening, ...(kept.openings ?? [])]
    const spent = { budget, sent, pending, checkpoints, openings: openings.slice(0, OPENINGS_KEPT) }
    return token ? { ...spent, token: undefined } : spent
  })
  return pending
}

/**
 * Reads from disk the report to send again, or checks that the budget allows a new one.
 * @throws NearsideError `budget-exhausted` if the budget allows no new report now
 * @throws NearsideError `policy-mismatch` if the aggregators ask for more than the shopper agreed to. The consent then
 *   ends, and the aggregators' new terms are stored for the shopper to see
 */
async function read(deps: ContributeDeps, task: AgreedTask, terms: ContributionTerms) {
  const found = { epoch: 0, since: 0, pending: null as PendingReport | null, more: false }
  let checkpoints: string | undefined
  let refused: unknown = null
  await deps.records((kept, epoch) => {
    const consent = consentOf(kept)
    const { pending } = kept
    checkpoints = kept.checkpoints
    const again =
      pending?.round === task.round &&
      pending.policyHash === task.policyHash &&
      pending.consentSince === consent.since
    // Stores the budget even if nothing is sent: the servers' signed times count towards freeing spent budget.
    const budget = afterAnswer(parseBudget(kept.budget), task, deps.now())
    const more = !isWithin(terms, consent.terms)
    // Set `refused` in each run, because this function can run twice.
    refused = null
    try {
      if (!again && !more) spend(budget, task, consent.terms)
    } catch (thrown) {
      refused = thrown
    }
    if (refused !== null) return { budget }
    Object.assign(found, { epoch, since: consent.since, more, pending: again ? pending : null })
    if (!more) return { budget }
    return { budget, consent: NO_CONSENT, pending: undefined, due: undefined, terms }
  })
  if (refused !== null) throw refused
  if (found.more) {
    const detail = { contribute: false, why: 'terms' }
    await deps.ledger.append({ kind: 'consent', detail }, 'strict')
    throw new NearsideError(
      'policy-mismatch',
      'The aggregators’ terms exceed the consent: nothing is sent until the shopper agrees again',
    )
  }
  return { ...found, checkpoints }
}
