/** @module Earliest time of orders that a shop may import, derived from the log. */
import type { LedgerEntry } from './entry.ts'

/**
 * Time before which orders are skipped. Orders from before the shopper forgot an order or erased everything must not
 * return at the next sign-in. A forgotten order that was put back doesn't count.
 * @returns milliseconds since the epoch; 0 if nothing was forgotten or erased
 */
export function seedingEnded(entries: readonly LedgerEntry[]): number {
  const undone = new Set(entries.map(({ detail }) => detail.undoes))
  const ended = entries.findLast(
    ({ kind, sequence, detail }) =>
      kind === 'erase' &&
      !undone.has(sequence) &&
      (detail.what === 'everything' || Number(detail.orders) > 0),
  )
  return ended?.time ?? 0
}
