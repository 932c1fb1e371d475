/** @module Imports events that the shopper made elsewhere: orders of their account, and another device's transfer file. */
import type { EventDraft } from '@nearside/core/events/capture.ts'
import { readOrders } from '@nearside/core/events/imported.ts'
import { serially } from '@nearside/core/serially.ts'
import { DAY } from '@nearside/core/time.ts'
import type { PastOrder } from '../api.ts'
import type { LedgerEntry } from '../ledger/entry.ts'
import { receive } from '../transfer/transfer.ts'
import type { Services } from './services.ts'
import type { Shop } from './shop.ts'
import type { Shopper } from './shopper.ts'

export type HistoryImport = ReturnType<typeof createHistoryImport>

export function createHistoryImport(services: Services, shop: Shop, shopper: Shopper) {
  const { config, ledger, notices, now, ownLog, shopOrigin, state, store } = services
  // Imports run one after another, so that an order imported twice concurrently is stored once.
  const oneByOne = serially()

  /**
   * Stored events and limits, with which imported events are compared.
   * @param ended time before which events are skipped, milliseconds since the epoch
   */
  function known(ended = 0) {
    const after = Math.max(ended, now() - config.retentionDays * DAY)
    return { events: state.own.events, knownAs: shop.knownAs, now: now(), after }
  }

  /** @returns number of events stored; the log records this number */
  async function take(
    drafts: readonly EventDraft[],
    kind: LedgerEntry['kind'],
    detailOf: (taken: number) => LedgerEntry['detail'],
  ): Promise<number> {
    if (drafts.length === 0) return 0
    const { length: taken } = await shopper.take(store.own().append(drafts))
    if (taken > 0)
      await ownLog()
        .append({ kind, detail: detailOf(taken) })
        .catch((error) => notices.add(error))
    return taken
  }

  return {
    /** @returns number of orders newly stored @throws NearsideError `input-invalid` */
    orders: (orders: readonly PastOrder[]): Promise<number> =>
      oneByOne(async () => {
        const ended = seedingEnded(await ledger.entries())
        const { drafts, refused } = readOrders(orders, known(ended))
        if (refused) notices.add(refused)
        return take(drafts, 'seed', (orders) => ({ orders }))
      }),
    /** @returns number of events newly stored @throws NearsideError as `receive` */
    transfer: (file: string, code: string): Promise<number> =>
      oneByOne(async () => {
        const drafts = await receive([file, code], shopOrigin, () => known())
        return take(drafts, 'transfer', (events) => ({ direction: 'in', events }))
      }),
  }
}

/**
 * Time before which orders are skipped. If the shopper forgot an order or erased everything, orders older than this
 * deletion must not return at the next sign-in. A forgotten order that was put back doesn't count.
 * @returns milliseconds since the epoch; 0 if nothing was forgotten or erased
 */
function seedingEnded(entries: readonly LedgerEntry[]): number {
  const undone = new Set(entries.map(({ detail }) => detail.undoes))
  const ended = entries.findLast(
    ({ kind, sequence, detail }) =>
      kind === 'erase' &&
      !undone.has(sequence) &&
      (detail.what === 'everything' || Number(detail.orders) > 0),
  )
  return ended?.time ?? 0
}
