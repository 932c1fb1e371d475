/** @module Export and import of a shopper's events between two devices. */

import { NearsideError } from '@nearside/core/error.ts'
import type { EventDraft } from '@nearside/core/events/capture.ts'
import type { KnownEvents } from '@nearside/core/events/orders.ts'
import { readTransferred } from '@nearside/core/events/transferred.ts'
import { isRecord } from '@nearside/core/isRecord.ts'
import type { Personalizer } from '../api.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { MAX_EVENTS } from '../storage/eventRows.ts'
import type { Store } from '../storage/store.ts'
import { openTransfer, sealTransfer } from './seal.ts'

/**
 * Exports the events as a sealed file.
 * @param shop origin of the shop
 */
export async function handOver(
  store: Pick<Store, 'events'>,
  ledger: Ledger,
  shop: string,
): ReturnType<Personalizer['exportTransfer']> {
  const { events } = await store.events()
  const sealed = await sealTransfer({ shop, events })
  // The log gets its entry before the page gets the file.
  const detail = { direction: 'out', events: events.length }
  await ledger.append({ kind: 'transfer', detail }, 'strict')
  return sealed
}

/**
 * Reads events from a transfer file.
 * @param known returns the events stored here; called only once the file is open, because opening takes a while
 * @returns events missing on this device, as many as there is room for
 * @throws NearsideError `transfer-invalid` | `transfer-locked` | `transfer-foreign`
 */
export async function receive(
  [file, code]: readonly [file: string, code: string],
  shop: string,
  known: () => KnownEvents,
): Promise<readonly EventDraft[]> {
  const held = await openTransfer(file, code)
  const from = isRecord(held) ? held : {}
  if (from.shop !== shop)
    throw new NearsideError(
      'transfer-foreign',
      'The file is another shop’s: nothing was brought in.',
    )
  const here = known()
  return readTransferred(from.events, here, MAX_EVENTS - here.events.length)
}
