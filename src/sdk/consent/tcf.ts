/**
 * @module IAB Europe's Transparency and Consent Framework: what the page's consent platform says by `__tcfapi`.
 * @see https://github.com/InteractiveAdvertisingBureau/GDPR-Transparency-and-Consent-Framework/blob/master/TCFv2/IAB%20Tech%20Lab%20-%20CMP%20API%20v2.md
 */
import { fieldsOf } from '../adapters/read.ts'
import type { ConsentSource } from './source.ts'

/** The page's `__tcfapi`. */
export type TcfApi = (
  command: 'addEventListener' | 'removeEventListener',
  version: 2,
  callback: (data: unknown, success: boolean) => void,
  listenerId?: unknown,
) => void

/** Store on the device; make profiles for content, and use them. */
const PURPOSES: readonly number[] = [1, 5, 6]

/**
 * Allowed once the shopper has consented to each purpose: as given to the shop itself (`publisher`), where
 * the platform keeps that, else as given at all; and where it says that the GDPR does not apply.
 * @example fromTcf(window.__tcfapi)
 */
export function fromTcf(api: TcfApi, purposes: readonly number[] = PURPOSES): ConsentSource {
  return (listener) => {
    let id: unknown
    let ended = false
    const end = () => api('removeEventListener', 2, () => undefined, id)
    api('addEventListener', 2, (data, success) => {
      const { listenerId, eventStatus, gdprApplies, purpose, publisher } = fieldsOf(data)
      id = listenerId
      if (ended) return end()
      // While its window is open, nothing was said yet.
      if (!success || (eventStatus !== 'tcloaded' && eventStatus !== 'useractioncomplete')) return
      const [own, all] = [publisher, purpose].map((one) => fieldsOf(fieldsOf(one).consents))
      listener(gdprApplies === false || purposes.every((one) => (own[one] ?? all[one]) === true))
    })
    return () => {
      ended = true
      if (id !== undefined) end()
    }
  }
}
