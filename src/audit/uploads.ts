/**
 * @module Checks that each upload in the log complied with a consent, that the stated privacy cost is right, and that
 * the leader signed each receipt for the bytes sent.
 */
import { epsilonOf, substitutionMu } from '@nearside/aggregate/privacy/gaussianAccountant.ts'
import { receiptMessage, verify } from '@nearside/aggregate/privacy/signature.ts'
import { consentHash } from '@nearside/aggregate/protocol/consent.ts'
import { limitsOf } from '@nearside/aggregate/protocol/deviceLimits.ts'
import { endpoint, ROUTES } from '@nearside/aggregate/protocol/routes.ts'
import { TOKEN_REQUEST_BYTES } from '@nearside/aggregate/protocol/token.ts'
import { isWithin } from '@nearside/browser/contribution/terms.ts'
import type { LedgerEntry } from '@nearside/browser/ledger/entry.ts'
import { bytesThatLeft, isTokenRequest, standsForOthers } from '@nearside/browser/ledger/removed.ts'
import { fromBase64, fromHex, toHex } from '@nearside/core/bytes.ts'
import { canonicalJson } from '@nearside/core/canonicalJson.ts'
import type { Findings } from './finding.ts'

/** Relative tolerance for ε, because two implementations of Φ differ in the last digits. */
const TOLERANCE = 1e-6
/** Smallest noise multiplier that protects anything; ε isn't computed below it. */
const LEAST_NOISE = 0.01
const atMost = (value: number, most: number) => value <= most * (1 + TOLERANCE)

type Facts = LedgerEntry['detail']

export async function checkUploads(entries: readonly LedgerEntry[], findings: Findings) {
  const removed = entries.findLast(standsForOthers)?.detail ?? {}
  /** Entry of the first upload of each report, by report id. */
  const reports = new Map<string, LedgerEntry>()
  let consent: Facts | null = removed.contribute === true ? removed : null
  /** Sum Σ 1/z² over all reports that the log knows, including removed entries. */
  let lossSquared = Number(removed.lossSquared ?? 0)
  const total = {
    /** Number of POSTs, and number of bytes of their bodies, including removed entries. */
    posts: Number(removed.uploads ?? 0),
    bytes: Number(removed.bytesSent ?? 0),
    receipts: 0,
  }

  async function upload(entry: LedgerEntry): Promise<void> {
    const { detail } = entry
    const id = String(detail.reportId)
    total.posts++
    total.bytes += bytesThatLeft([entry])
    if (consent === null) findings.fault('consent', entry, 'an upload without a consent before it')
    else if (!(await wasAgreedTo(detail, consent)))
      findings.fault(
        'consent',
        entry,
        'its recipients or terms differ from those of the consent before it',
      )
    const first = reports.get(id)
    if (first) {
      if (
        canonicalJson(first.detail) !== canonicalJson(detail) ||
        first.bytesSent !== entry.bytesSent
      )
        findings.fault(
          'upload',
          entry,
          `report ${id} was sent again, but unlike entry ${first.sequence}`,
        )
      return
    }
    reports.set(id, entry)
    const [most, squared] = [detail.clipNormInteger, detail.squaredNormInteger].map(Number)
    if (squared > most * most)
      findings.fault(
        'norm',
        entry,
        `the norm of the update (‖x‖² = ${squared}) exceeds the clip norm ${most}`,
      )
    const z = Number(detail.noiseMultiplier)
    if (z >= LEAST_NOISE && id !== removed.lastReport) lossSquared += 1 / z ** 2
    checkEpsilon(entry, consent ?? {}, lossSquared, findings)
  }

  async function receipt(entry: LedgerEntry): Promise<void> {
    const { id, round, bodyHash, signature, key } = entry.detail
    total.receipts++
    const fault = (message: string) => findings.fault('receipt', entry, message)
    const sent = reports.get(String(id))
    if (!sent) {
      if (id !== removed.lastReport) fault(`a receipt for report ${id}, which no entry sent`)
    } else if (sent.detail.sha256 !== bodyHash || sent.detail.round !== round)
      fault(`the receipt is for other bytes than entry ${sent.sequence} sent`)
    if (!(await isSignedBy(String(key), String(signature), String(bodyHash))))
      fault('the leader’s signature is invalid')
  }

  for (const entry of entries) {
    const { kind, detail } = entry
    const fault = (message: string) => findings.fault('upload', entry, message)
    const expected = isTokenRequest(entry) ? TOKEN_REQUEST_BYTES * Number(detail.count) : 0
    if (kind !== 'upload' && entry.bytesSent !== expected)
      fault(`a ${kind} that sent ${entry.bytesSent} bytes instead of ${expected}`)
    if (kind === 'request' || kind === 'upload') {
      const sent = entry.bytesSent / Math.max(Number(detail.count ?? 1), 1)
      if ((detail.relay !== undefined) !== Number(detail.sealed ?? 0) > sent)
        fault('the size of its sealed request is missing or false')
    }
    if (kind === 'consent') consent = detail.contribute === true ? detail : null
    if (kind === 'erase' && detail.what === 'everything') consent = null
    if (kind === 'upload') await upload(entry)
    if (kind === 'receipt') await receipt(entry)
  }
  if (Number(removed.uploads ?? 0) > 0)
    findings.notes.push(
      `${removed.uploads} uploads are known only by number and cost: their entries were removed.`,
    )
  return { ...total, reports, lossSquared, consents: consent !== null }
}

/** Whether an upload complied with the consent: recipients, terms, leader's URL, and the hash that servers check. */
async function wasAgreedTo(sent: Facts, consent: Facts): Promise<boolean> {
  if (!isWithin(sent, consent)) return false
  if (sent.url !== endpoint(String(sent.leader), ROUTES.reports)) return false
  // Hashing fails for a term with a lone surrogate.
  return consentHash(sent)
    .then((hash) => toHex(hash) === sent.consent)
    .catch(() => false)
}

/**
 * Checks the ε that an upload states. The device's budget can count more reports than the log, never fewer, because a
 * tab can end after it wrote the budget and before it wrote the log.
 */
function checkEpsilon(
  entry: LedgerEntry,
  consent: Facts,
  lossSquared: number,
  findings: Findings,
): void {
  const { noiseMultiplier, delta, epsilon, epsilonEver, smallestCrowd } = entry.detail
  const [z, d] = [Number(noiseMultiplier), Number(delta)]
  const fault = (message: string) => findings.fault('epsilon', entry, message)
  const limits = limitsOf(consent.demonstration)
  if (!(z >= LEAST_NOISE && d > 0 && d <= limits.delta)) {
    fault(`noise ${noiseMultiplier} at δ = ${delta} gives no protection`)
    return
  }
  if (Number(smallestCrowd) < limits.aggregationGoal)
    fault(`its round had ${smallestCrowd} updates; at least ${limits.aggregationGoal} are required`)
  const agreed = { ...limits, ...consent }
  const [one, ever] = [1 / z ** 2, lossSquared].map((loss) => epsilonOf(substitutionMu(loss), d))
  const most = Math.min(Number(agreed.epsilonPerReport), limits.epsilonPerReport)
  if (!atMost(one, most) || !atMost(d, Number(agreed.delta)))
    fault(
      `the report costs ε = ${one.toPrecision(4)}; the shopper agreed to ${most} at δ = ${agreed.delta}`,
    )
  if (!atMost(ever, Number(epsilonEver)))
    fault(`it states ε = ${epsilonEver} for all reports; they cost ${ever.toPrecision(7)}`)
  if (!atMost(one, Number(epsilon)) || !atMost(Number(epsilon), Number(epsilonEver)))
    fault(`the year’s ε of ${epsilon} is not between one report’s and all reports’`)
  const year = Math.min(Number(agreed.epsilonPerYear), limits.epsilonPerYear)
  if (!atMost(Number(epsilon), year))
    fault(`the year’s ε of ${epsilon} is above the agreed ${year}`)
}

async function isSignedBy(key: string, signature: string, bodyHash: string): Promise<boolean> {
  try {
    return await verify(fromBase64(key), fromBase64(signature), receiptMessage(fromHex(bodyHash)))
  } catch {
    // The key or signature isn't base64, or the hash isn't hex.
    return false
  }
}
