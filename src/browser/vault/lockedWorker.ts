/**
 * @module Worker of a vault (frame on another origin that keeps the shopper's data). The Content-Security-Policy served
 * with the worker's file must deny all network access; if it doesn't, the worker refuses to work.
 */

import { NearsideError } from '@nearside/core/error.ts'
import type { ContributionTerms, Recipients } from '../contribution/terms.ts'
import { readRecipients } from '../page/readOptions.ts'
import { brokeredFetch } from '../transport/broker.ts'
import { addressesOf } from '../transport/http.ts'
import { openWays } from '../transport/openWays.ts'
import { listingLocales, serve, workerEnvironment } from '../worker/serve.ts'
import { guarded } from './guard.ts'
import type { Answered, FromLocked, Handed } from './handshake.ts'

const tell = (what: FromLocked) => self.postMessage(what)

const probing = openWays(self)

self.onmessage = async ({ data }: MessageEvent<Handed>) => {
  self.onmessage = null
  const open = await probing
  if (open.length > 0) return tell({ refused: `its worker has a network: ${open.join(', ')}` })
  let answered: ((wording: string | null) => void) | null = null
  self.onmessage = ({ data }: MessageEvent<Answered>) => answered?.(data.wording)
  /** Asks the shopper through the vault's document, one question at a time. */
  const confirmConsent = async (terms: ContributionTerms): Promise<string> => {
    if (answered)
      throw new NearsideError('consent-missing', 'A question of consent is open already.')
    const wording = await new Promise<string | null>((resolve) => {
      answered = resolve
      tell({ terms })
    })
    answered = null
    if (wording !== null) return wording
    throw new NearsideError('consent-missing', 'Not agreed: nothing is shared.')
  }
  let recipients: Recipients | null
  try {
    recipients = data.recipients === null ? null : readRecipients(data.recipients as Recipients)
  } catch (error) {
    return tell({ refused: `the aggregators in its file are invalid: ${(error as Error).message}` })
  }
  const { fetch, declare } = brokeredFetch(data.broker)
  const scope = guarded({
    port: data.device,
    shop: data.shop,
    recipients,
    clock: () => performance.now(),
    configured: (config) => declare(addressesOf(config)),
    close: () => self.close(),
  })
  serve(scope, { ...workerEnvironment, fetch: listingLocales(fetch), confirmConsent })
}
