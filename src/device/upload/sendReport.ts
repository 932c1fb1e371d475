/**
 * @module One contribution, from consent to receipt. The budget is stored before the first byte
 * leaves; a retry sends the same bytes under the same report id, so that it is counted once.
 */
import { cryptoRandomBytes, type RandomBytes } from '../../aggregate/privacy/randomBytes.ts'
import { receiptMessage, verify } from '../../aggregate/privacy/signature.ts'
import { errorFromResponse, isRetryable } from '../../aggregate/protocol/problem.ts'
import { parseReceipt, type Receipt } from '../../aggregate/protocol/receipt.ts'
import { REPORT_MEDIA_TYPE } from '../../aggregate/protocol/report.ts'
import { endpoint, ROUTES } from '../../aggregate/protocol/routes.ts'
import type { Task } from '../../aggregate/protocol/task.ts'
import { fromBase64, fromHex, sha256, toBase64, toHex } from '../../core/bytes.ts'
import { NearsideError } from '../../core/error.ts'
import type { Transport } from '../transport/transport.ts'
import { agreeTask, type Endpoints } from './agreeTask.ts'
import { type Budget, epsilonSpent, type PendingReport, parseBudget, spend } from './budget.ts'
import { makeReport } from './makeReport.ts'

/** A device goes no further than this, whatever a policy says. */
export const MAX_EPSILON = 12

export interface LedgerFacts {
  readonly kind: 'receipt' | 'failure'
  readonly detail: Readonly<Record<string, string | number | boolean>>
  readonly bytesSent?: number
}

export interface ReportDependencies {
  readonly consent: { readonly contribute: boolean; readonly since: number | null }
  /** `navigator.globalPrivacyControl`; true forbids contributing, whatever else was agreed to. */
  readonly globalPrivacyControl: boolean | undefined
  readonly endpoints: Endpoints
  /** Writes the ledger's `upload` entry before it posts. */
  readonly transport: Pick<Transport, 'get' | 'post'>
  readonly appendLedger: (facts: LedgerFacts) => Promise<unknown>
  readonly readBudget: () => Promise<unknown>
  /** Must be on disk when it resolves. */
  readonly writeBudget: (budget: Budget) => Promise<void>
  /** Hex SHA-256 of the adopted model's manifest.json. */
  readonly modelHash: string
  readonly now: () => number
  /** ε above which nothing is sent any more; default 12. */
  readonly maxEpsilon?: number
  /** Masks, rounding and ids; default WebCrypto. Only vectors in tests hand in another. */
  readonly randomBytes?: RandomBytes
}

export interface Contribution {
  /** True when the leader took the report and its receipt holds. */
  readonly sent: boolean
  /** One sentence for the shopper. */
  readonly reason: string
  readonly error: NearsideError | null
  /** Bytes of the report that left, accepted or not. */
  readonly bytes: number
  /** Over all reports of this device in the policy's period; null where no policy was reached. */
  readonly epsilon: number | null
}

/**
 * Sends one report made from what `update` returns. Never throws: every failure is a coded error in
 * the result and a `failure` entry in the ledger.
 */
export async function sendReport(
  deps: ReportDependencies,
  update: () => Promise<ArrayLike<number>> | ArrayLike<number>,
): Promise<Contribution> {
  const progress = { bytes: 0, epsilon: null as number | null }
  try {
    const receipt = await attempt(deps, update, progress)
    const reason = `Report ${receipt.id.slice(0, 8)} was counted in round ${receipt.round}`
    return { sent: true, reason, error: null, ...progress }
  } catch (thrown) {
    const error = NearsideError.from(thrown, 'report-invalid', 'The report could not be made')
    const detail = { purpose: 'contribute', code: error.code, why: error.message }
    await deps.appendLedger({ kind: 'failure', detail })
    return { sent: false, reason: error.message, error, ...progress }
  }
}

async function attempt(
  deps: ReportDependencies,
  update: () => Promise<ArrayLike<number>> | ArrayLike<number>,
  progress: { bytes: number; epsilon: number | null },
): Promise<Receipt> {
  const consentSince = requireConsent(deps)
  const task = await agreeTask(deps.transport, deps.endpoints)
  if (task.policy.model.hash !== deps.modelHash)
    throw new NearsideError(
      'model-incompatible',
      `The round improves model ${task.policy.model.version}, this device holds another`,
    )
  let budget = parseBudget(await deps.readBudget())
  let pending = resumable(budget.pending, task, consentSince)
  if (pending === null) {
    const spent = spend(budget, task, deps.now(), deps.maxEpsilon ?? MAX_EPSILON)
    const made = await makeReport(await update(), task, deps.randomBytes ?? cryptoRandomBytes)
    const { round, policyHash } = task
    const { id, detail } = made
    pending = { id, round, policyHash, consentSince, body: toBase64(made.body), detail }
    budget = { ...spent, pending }
    await deps.writeBudget(budget)
  }
  progress.epsilon = epsilonSpent(budget, task.policy, deps.now())
  const settle = () => deps.writeBudget({ ...budget, pending: null })
  return post(deps, task, pending, progress, settle)
}

/** @returns since when the shopper agrees */
function requireConsent(deps: ReportDependencies): number {
  if (deps.globalPrivacyControl === true)
    throw new NearsideError('consent-missing', 'Global Privacy Control is on: nothing is sent')
  if (!deps.consent.contribute || deps.consent.since === null)
    throw new NearsideError('consent-missing', 'The shopper has not agreed to contribute')
  return deps.consent.since
}

function resumable(
  pending: PendingReport | null,
  task: Task,
  consentSince: number,
): PendingReport | null {
  const same =
    pending?.round === task.round &&
    pending.policyHash === task.policyHash &&
    pending.consentSince === consentSince
  return same ? pending : null
}

async function post(
  deps: ReportDependencies,
  task: Task,
  pending: PendingReport,
  progress: { bytes: number; epsilon: number | null },
  settle: () => Promise<void>,
): Promise<Receipt> {
  const body = fromBase64(pending.body)
  const url = endpoint(deps.endpoints.leader, ROUTES.reports)
  const detail = { ...pending.detail, epsilon: progress.epsilon ?? 0 }
  progress.bytes = body.length
  const answer = await deps.transport.post(url, body, REPORT_MEDIA_TYPE, detail)
  if (answer.status !== 200 && answer.status !== 201) {
    // The same bytes may be welcome later; a refusal for good leaves nothing to retry.
    if (!isRetryable(answer.status)) await settle()
    throw errorFromResponse(answer.status, answer.body)
  }
  const receipt = await checkReceipt(answer.body, pending, body, task)
  await settle()
  await deps.appendLedger({
    kind: 'receipt',
    detail: { ...receipt, key: task.policy.leader.signing },
  })
  return receipt
}

/** @throws NearsideError `report-invalid` unless the leader signed for exactly these bytes */
async function checkReceipt(
  answer: Uint8Array,
  pending: PendingReport,
  body: Uint8Array,
  task: Task,
): Promise<Receipt> {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder().decode(answer))
  } catch (cause) {
    throw new NearsideError('report-invalid', 'The leader sent no receipt', { cause })
  }
  const receipt = parseReceipt(value)
  const hash = toHex(await sha256(body))
  const genuine =
    receipt.id === pending.id &&
    receipt.round === pending.round &&
    receipt.bodyHash === hash &&
    (await verify(
      fromBase64(task.policy.leader.signing),
      fromBase64(receipt.signature),
      receiptMessage(fromHex(hash)),
    ))
  if (!genuine)
    throw new NearsideError('report-invalid', 'The leader’s receipt is not for this report')
  return receipt
}
