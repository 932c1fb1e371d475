/**
 * @module Sends a stored report to the leader (aggregation server that takes reports). The report stays on disk for
 * another try until the leader accepts or refuses it.
 */
import { receiptMessage, verify } from '@nearside/aggregate/privacy/signature.ts'
import { errorFromResponse, isRetryable } from '@nearside/aggregate/protocol/problem.ts'
import { REPORT_MEDIA_TYPE } from '@nearside/aggregate/protocol/report.ts'
import { endpoint, ROUTES } from '@nearside/aggregate/protocol/routes.ts'
import { parseReceipt, type Receipt, type Task } from '@nearside/aggregate/protocol/task.ts'
import { fromBase64, fromHex, sha256, toHex } from '@nearside/core/bytes.ts'
import { NearsideError } from '@nearside/core/error.ts'
import { readJson } from '@nearside/core/reading.ts'
import type { Transport } from '../transport/http.ts'
import { consentOf } from './consent.ts'
import type { ContributeDeps, PendingReport } from './contribute.ts'
import { NOTHING_SENT } from './nothingSent.ts'

export async function post(
  deps: ContributeDeps,
  task: Task,
  pending: PendingReport,
): Promise<Awaited<ReturnType<Transport['post']>>> {
  const body = fromBase64(pending.body)
  const url = endpoint(deps.endpoints.leader, ROUTES.reports)
  let spent = {}
  await deps.records(({ sent = NOTHING_SENT, ...kept }) => {
    consentOf(kept)
    // The stored report was removed: meanwhile, the shopper withdrew the consent, or forgot or erased something.
    if (kept.pending?.id !== pending.id)
      throw new NearsideError('consent-missing', 'The update was withdrawn; nothing was sent')
    spent = { epsilon: sent.epsilon ?? 0, epsilonEver: sent.epsilonEver ?? 0 }
    // Count the bytes before sending them, because the tab could end right after that.
    return { sent: { ...sent, bytes: sent.bytes + body.length } }
  })
  const detail = { ...pending.detail, ...spent, delta: task.policy.delta }
  try {
    return await deps.transport.post(url, body, REPORT_MEDIA_TYPE, detail, {
      signal: deps.signal,
      authorization: pending.authorization,
    })
  } catch (error) {
    if (deps.signal?.aborted) await done(deps, pending, 0)
    throw error
  }
}

function done(deps: ContributeDeps, { id }: PendingReport, reports: number): Promise<void> {
  return deps.records(({ pending, sent = NOTHING_SENT }) =>
    pending?.id === id
      ? { pending: undefined, sent: { ...sent, reports: sent.reports + reports } }
      : {},
  )
}

export async function settle(
  deps: ContributeDeps,
  task: Task,
  pending: PendingReport,
  answer: { readonly status: number; readonly body: Uint8Array },
): Promise<Receipt> {
  if (answer.status !== 200 && answer.status !== 201) {
    if (!isRetryable(answer.status)) await done(deps, pending, 0)
    throw errorFromResponse(answer.status, answer.body)
  }
  const { signing } = task.policy.leader
  const receipt = await checkReceipt(answer.body, pending, signing)
  await done(deps, pending, 1)
  await deps.ledger.append({ kind: 'receipt', detail: { ...receipt, key: signing } })
  return receipt
}

/** @throws NearsideError `report-invalid` unless the leader signed a receipt for exactly these bytes */
async function checkReceipt(
  answer: Uint8Array,
  pending: PendingReport,
  signing: string,
): Promise<Receipt> {
  const receipt = parseReceipt(readJson(answer, 'report-invalid', 'The leader sent no receipt'))
  const hash = toHex(await sha256(fromBase64(pending.body)))
  const genuine =
    receipt.id === pending.id &&
    receipt.round === pending.round &&
    receipt.bodyHash === hash &&
    (await verify(
      fromBase64(signing),
      fromBase64(receipt.signature),
      receiptMessage(fromHex(hash)),
    ))
  if (!genuine)
    throw new NearsideError('report-invalid', 'The leader’s receipt is not for this update')
  return receipt
}
