/** @module Events older than the shop keeps them are erased, and what was learned from them. */
import type { Ledger } from '../ledger/ledger.ts'
import type { Shopper } from './shopper.ts'

const DAY = 86_400_000

/** @returns how many events were erased; the log says so before they are */
export async function eraseOlder(
  days: number,
  { shopper, ledger, now }: { shopper: Shopper; ledger: Ledger; now: () => number },
): Promise<number> {
  const oldest = now() - days * DAY
  const old = shopper.events.filter(({ time }) => time < oldest).length
  if (old === 0) return 0
  const what = `events older than ${days} days`
  await ledger.append({ kind: 'erase', detail: { what, events: old } }, 'strict')
  return shopper.forget(({ time }) => time < oldest)
}
