/**
 * @module Verifies a bundle (a device's export) with the device's own code. A valid bundle has a consistent log and is
 * unchanged since the browser wrote it, but the browser may have run dishonest code (docs/PRIVACY.md, "Limits").
 */
import {
  epsilonOf,
  substitutionMu,
  zeroOutMu,
} from '@nearside/aggregate/privacy/gaussianAccountant.ts'
import { DEVICE_LIMITS } from '@nearside/aggregate/protocol/deviceLimits.ts'
import { EMPTY_BUDGET } from '@nearside/browser/contribution/budget.ts'
import { areSame } from '@nearside/browser/contribution/terms.ts'
import { commitment } from '@nearside/browser/ledger/chain.ts'
import type { LedgerEntry } from '@nearside/browser/ledger/entry.ts'
import { standsForOthers } from '@nearside/browser/ledger/removed.ts'
import { type Verdict, verifyChain } from '@nearside/browser/ledger/verifyChain.ts'
import { directory, isDeclared } from '@nearside/browser/transport/http.ts'
import { sha256Hex } from '@nearside/core/bytes.ts'
import { DAY } from '@nearside/core/time.ts'
import { type Bundle, parseBundle } from './bundle.ts'
import { checkCheckpoints, parseReached, type Reached } from './checkpoints.ts'
import { checkDeltas, checkFits, type ShopFiles } from './deltas.ts'
import { Findings } from './finding.ts'
import { checkReleases, type ModelRelease, parseReleases } from './releases.ts'
import { checkReports } from './reports.ts'
import { checkUploads } from './uploads.ts'

export interface VerifyOptions {
  /** Public key of the log, base64, if the auditor knows it from elsewhere. */
  readonly key?: string
  /** An earlier export of the same browser. */
  readonly earlier?: Bundle
  /** Whether to accept the unsigned log of a browser without Ed25519. */
  readonly allowUnsigned?: boolean
  /** Files of the shop. The audit recomputes updates from these files and the bundle's events. */
  readonly shop?: ShopFiles
  /** The helper's list of signed models, compared with the log's models. */
  readonly releases?: readonly ModelRelease[]
  /** The helper's lists of reports, compared with the log's reports. */
  readonly reached?: readonly Reached[]
}

/** Files that an auditor passes beside a bundle. Anybody can have made them. */
export interface OptionFiles extends Pick<VerifyOptions, 'key' | 'allowUnsigned'> {
  readonly earlier?: Uint8Array
  readonly releases?: Uint8Array
  readonly reports?: readonly Uint8Array[]
}

/** @throws NearsideError `input-invalid` if a file is malformed */
export function parseOptions(files: OptionFiles): VerifyOptions {
  const { earlier, releases, reports, ...others } = files
  return {
    ...others,
    earlier: earlier && parseBundle(earlier),
    releases: releases && parseReleases(releases),
    reached: reports?.map(parseReached),
  }
}

export type Audit = Awaited<ReturnType<typeof verifyBundle>>

export async function verifyBundle(bundle: Bundle, options: VerifyOptions = {}) {
  const { ledger, settings } = bundle
  const findings = new Findings()
  const chain = await verifyChain(ledger)
  checkChain(ledger, chain, options, findings)
  checkTimes(bundle, findings)
  checkAddresses(bundle, findings)
  await checkEnd(bundle, findings)
  const uploads = await checkUploads(ledger, findings)
  const receipts = ledger.filter(({ kind }) => kind === 'receipt')
  const { openings = [] } = settings
  const remade = await checkReports(openings, { ...uploads, receipts }, findings)
  const sent = { reports: uploads.reports, receipts, openings }
  const checkpoints = await checkCheckpoints(bundle, sent, options.reached ?? [], findings)
  const follow = options.shop
    ? checkDeltas(openings, bundle.events, uploads.reports, options.shop, findings)
    : null
  const fits = await checkFits(bundle, findings)
  await checkSettings(bundle, findings)
  if (options.earlier) checkEarlier(bundle, options.earlier, findings)
  const models = options.releases ? checkReleases(ledger, options.releases, findings) : null
  return {
    ok: findings.faults.length === 0,
    ...findings,
    entries: ledger.length,
    /** Number of entries with a valid signature. */
    signed: chain.signed,
    key: ledger.findLast(({ key }) => key !== undefined)?.key ?? null,
    uploads: uploads.posts,
    bytesSent: uploads.bytes,
    reports: uploads.reports.size,
    /** Number of reports that were recreated, identical to the last bit. */
    remade,
    /** Number of sent updates that this check recomputed from the events; null without the shop's files. */
    follow,
    receipts: receipts.length,
    /** Number of reports whose id, a hash over the log before the report, fits the present log. */
    fixed: checkpoints.fixed,
    /** Number of reports that the helper (second server) lists as received; null if the auditor passed no lists. */
    witnessed: options.reached ? checkpoints.witnessed : null,
    /** Number of models in the log that the helper lists as signed; null if the auditor passed no list. */
    models,
    /** Number of fits that the log commits to and whose content was verified. */
    fits,
    lossSquared: uploads.lossSquared,
    /** ε by substitution from `lossSquared` (Σ 1/z², z: noise multiplier), at the δ of the device's own limits. */
    epsilon: epsilonOf(substitutionMu(uploads.lossSquared), DEVICE_LIMITS.delta),
    epsilonZeroOut: epsilonOf(zeroOutMu(uploads.lossSquared), DEVICE_LIMITS.delta),
    consents: uploads.consents,
  }
}

function checkChain(
  ledger: readonly LedgerEntry[],
  { brokenAt, signed }: Verdict,
  { key, allowUnsigned }: VerifyOptions,
  findings: Findings,
): void {
  if (brokenAt !== null)
    findings.fault(
      'chain',
      ledger[brokenAt],
      'this entry does not follow from the one before it, or its signature is invalid',
    )
  const first = ledger.find((entry) => entry.key !== undefined)
  const last = ledger.at(-1)
  if (last && last.key === undefined && !(allowUnsigned && !first))
    findings.fault(
      'signatures',
      last,
      'the log is not signed at its end: the browser has no Ed25519, or somebody rewrote the log',
    )
  if (signed === 0 && allowUnsigned)
    findings.notes.push('The log is not signed: anybody who had this file could have rewritten it.')
  if (key !== undefined && first?.key !== key)
    findings.fault('key', first, `the log is signed by ${first?.key ?? 'nobody'}, not by ${key}`)
}

/**
 * Times that differ by a day at most are no fault, because an entry that counts the requests of a day has the time of
 * the last request. A clock that was set back further is a fault even in an honest log.
 */
function checkTimes({ ledger, exported }: Bundle, findings: Findings): void {
  for (const [at, entry] of ledger.entries())
    if (entry.time > exported + DAY) findings.fault('time', entry, 'it is later than the export')
    else if (at > 0 && entry.time < ledger[at - 1].time - DAY)
      findings.fault(
        'time',
        entry,
        'it is earlier than the entry before: the clock was set back, or the log changed',
      )
}

/** Each request must go to a declared address; a relayed request, through a declared relay. */
function checkAddresses({ ledger, settings }: Bundle, findings: Findings): void {
  const { declared = [] } = settings
  for (const entry of ledger) {
    const { url: target, relay } = entry.detail
    const fault = (message: string) => findings.fault('request', entry, message)
    if (typeof target !== 'string') continue
    if (!declared.some((url) => isDeclared({ url }, target)))
      fault(`it goes to ${target}, an address that the shop does not declare`)
    if (relay !== undefined && !declared.includes(directory(`${relay}`)))
      fault(`it goes through ${relay}, a relay that the shop does not declare`)
  }
}

/** The last entry commits to all other content of the bundle. */
async function checkEnd(bundle: Bundle, findings: Findings): Promise<void> {
  const { salt, ledger, ...others } = bundle
  const last = ledger.at(-1)
  const fault = (message: string) => findings.fault('end', last, message)
  if (last?.kind !== 'export')
    fault('the log does not end with the export’s own entry: its end was cut off')
  else if ((await commitment(salt, others)) !== last.detail.commitment)
    fault('the bundle’s other content differs from what this entry commits to')
}

/** The settings' consent and budget must agree with the log, except for entries logged during the export. */
async function checkSettings({ ledger, logged, settings }: Bundle, findings: Findings) {
  const fault = (message: string) => findings.fault('settings', null, message)
  const { consent, budget } = settings
  const said = ledger.findLast(({ kind }) => kind === 'consent') ?? ledger.findLast(standsForOthers)
  const isSaid = said?.detail.contribute === true && areSame(said.detail, consent?.terms ?? {})
  if (consent?.contribute && !isSaid && (said?.sequence ?? -1) <= logged)
    fault('the device uses a consent that is not the last in the log')
  if (consent?.wording !== undefined) {
    const hash = await sha256Hex(new TextEncoder().encode(consent.wording))
    if (!ledger.some(({ detail }) => detail.wording === hash))
      fault('the log has no consent with the stored wording')
  }
  const sent = ledger.filter(({ kind, sequence }) => kind === 'upload' && sequence <= logged)
  const rounds = new Set(sent.map(({ detail }) => `${detail.round} ${detail.policyHash}`))
  const { participations, earlier } = budget ?? EMPTY_BUDGET
  for (const { round, policyHash } of participations) rounds.delete(`${round} ${policyHash}`)
  if (rounds.size > earlier.reports)
    fault('the budget leaves out reports that the log lists as sent')
}

function checkEarlier(now: Bundle, before: Bundle, findings: Findings): void {
  const fault = (entry: LedgerEntry | undefined, message: string) =>
    findings.fault('earlier', entry, message)
  const last = before.ledger.at(-1)
  if (!last) return
  const end = now.ledger.at(-1)
  if (!end || end.sequence < last.sequence) {
    fault(end, `the log ends before entry ${last.sequence}, the last of the earlier export`)
    return
  }
  const same = now.ledger.find(({ sequence }) => sequence === last.sequence)
  const removed = now.ledger.findLast(standsForOthers)
  if (same) {
    if (same.hash !== last.hash) fault(same, 'the earlier export has another entry of this number')
  } else if (Number(removed?.detail.through) === last.sequence) {
    if (removed?.detail.hash !== last.hash)
      fault(removed, 'the earlier export ended with another hash')
  } else if (removed && Number(removed.detail.through) > last.sequence) {
    findings.notes.push(
      'The last entry of the earlier export was removed since: only the key can be compared.',
    )
  }
  if (last.key !== undefined && end.key !== last.key)
    fault(end, 'the earlier export was signed by another key')
}
