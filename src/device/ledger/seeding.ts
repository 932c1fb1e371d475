/** @module From when on a shop may hand over a shopper's orders, by the log. */
import type { LedgerEntry } from './entry.ts'

/**
 * What was ordered before an order was forgotten, or all was erased, must not come back with the next
 * sign-in; what was put back was not forgotten.
 * @returns milliseconds since the epoch, 0 for nothing of the kind
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
