/** @module A consent, to exactly what was shown: on disk, and in the log, or not given. */
import { sha256Hex } from '../../core/bytes.ts'
import { NearsideError } from '../../core/error.ts'
import type { ContributeDeps } from './contribute.ts'
import type { ContributionTerms } from './terms.ts'

const LONGEST_WORDING = 4000

/**
 * @param wording as it was shown, kept with the consent and as a hash in the log; undefined where
 * the shop's page doesn't say
 * @throws NearsideError `consent-missing` where the browser asks not to share; `input-invalid`;
 * `storage-…` where it can't be kept
 */
export async function giveConsent(
  deps: Pick<ContributeDeps, 'globalPrivacyControl' | 'ledger' | 'now' | 'records'>,
  terms: ContributionTerms,
  wording: unknown,
): Promise<void> {
  if (deps.globalPrivacyControl === true)
    throw new NearsideError('consent-missing', 'Global Privacy Control is on: nothing is sent')
  const shown = await readWording(wording)
  const detail = { contribute: true, ...terms, ...(shown && { wording: shown.hash }) }
  await deps.ledger.append({ kind: 'consent', detail }, 'disk')
  const given = { contribute: true, since: deps.now(), terms }
  const consent = shown ? { ...given, wording: shown.text } : given
  await deps.records(() => ({ consent, pending: undefined, due: undefined }))
}

async function readWording(text: unknown): Promise<{ text: string; hash: string } | null> {
  if (text === undefined) return null
  if (typeof text === 'string' && text.length <= LONGEST_WORDING)
    return { text, hash: await sha256Hex(new TextEncoder().encode(text)) }
  const limit = `text of at most ${LONGEST_WORDING} characters`
  throw new NearsideError('input-invalid', `The wording of a consent is ${limit}`)
}
