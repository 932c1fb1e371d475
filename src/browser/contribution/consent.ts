/**
 * @module Stores a consent to exactly the terms shown: in the settings, and, signed by the log's key, in the log. Only
 * the log's entry allows an upload; the setting alone allows none.
 */
import { sha256Hex } from '@nearside/core/bytes.ts'
import { invalidInput, NearsideError } from '@nearside/core/error.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { standsForOthers } from '../ledger/removed.ts'
import { verifyChain } from '../ledger/verifyChain.ts'
import type { Settings } from '../storage/settingRows.ts'
import type { ContributeDeps } from './contribute.ts'
import { areSame, type ContributionTerms } from './terms.ts'

const LONGEST_WORDING = 4000

const missing = (why: string) => new NearsideError('consent-missing', why)

/**
 * @param wording text shown to the shopper, stored with the consent, and as a hash in the log; undefined if the page
 *   passes none
 * @param standing earlier consent, which stays in force if the new one can't be stored
 * @throws NearsideError `consent-missing` if the browser sends Global Privacy Control or can't sign its log;
 * `input-invalid`; `storage-…` if the consent can't be stored
 */
export async function giveConsent(
  deps: Pick<ContributeDeps, 'globalPrivacyControl' | 'ledger' | 'now' | 'records'>,
  terms: ContributionTerms,
  wording: unknown,
  standing?: Settings['consent'],
): Promise<void> {
  if (deps.globalPrivacyControl === true)
    throw missing('Global Privacy Control is on: nothing is sent')
  const shown = await readWording(wording)
  if ((await deps.ledger.key()) === null)
    throw missing('This browser has no Ed25519, so its log can’t prove a consent: nothing is sent')
  const detail = { contribute: true, ...terms, ...(shown && { wording: shown.hash }) }
  await deps.ledger.append({ kind: 'consent', detail }, 'disk')
  const given = { contribute: true, since: deps.now(), terms }
  const consent = shown ? { ...given, wording: shown.text } : given
  try {
    await deps.records(() => ({ consent, pending: undefined, due: undefined }))
  } catch (error) {
    // Storing failed, so the settings still contain the earlier consent or none. Log that state again.
    await deps.ledger.append({ kind: 'consent', detail: await detailOf(standing) }, 'strict')
    throw error
  }
}

async function detailOf(consent: Settings['consent'] | undefined) {
  if (!consent?.contribute || !consent.terms) return { contribute: false }
  const shown = await readWording(consent.wording)
  return { contribute: true, ...consent.terms, ...(shown && { wording: shown.hash }) }
}

/**
 * @throws NearsideError `consent-missing` unless the log's last entry about consent agrees to these terms and is signed
 *   by the log's key
 */
export async function requireLoggedConsent(
  ledger: Pick<Ledger, 'entries' | 'key'>,
  terms: ContributionTerms,
): Promise<void> {
  const entries = await ledger.entries()
  const said =
    entries.findLast(({ kind }) => kind === 'consent') ?? entries.findLast(standsForOthers)
  const isConsent = said?.detail.contribute === true && areSame(said.detail, terms)
  if (!isConsent || said.key === undefined || said.key !== (await ledger.key()))
    throw missing('The log has no signed consent to these recipients and terms: nothing is sent')
  if (!(await verifyChain(entries)).ok)
    throw missing('The log of the consent is broken: nothing is sent')
}

/** @throws NearsideError `consent-missing` without a stored consent, and while paused */
export function consentOf({ consent, paused }: Partial<Settings>) {
  if (paused) throw missing('Paused: nothing is sent')
  if (!consent?.contribute || consent.since === null || !consent.terms)
    throw missing('The shopper has not agreed to contribute')
  return { since: consent.since, terms: consent.terms }
}

async function readWording(text: unknown): Promise<{ text: string; hash: string } | null> {
  if (text === undefined) return null
  if (typeof text === 'string' && text.length <= LONGEST_WORDING)
    return { text, hash: await sha256Hex(new TextEncoder().encode(text)) }
  throw invalidInput(`The wording of a consent is text of at most ${LONGEST_WORDING} characters`)
}
