/** @module Decides when a device automatically sends an update, and when it gets the update's token before that. */
import { parseBudget } from './budget.ts'
import { BETWEEN_ATTEMPTS, dueAfter, lookAt } from './clock.ts'
import type { ContributeDeps } from './contribute.ts'

export type Next = Pick<ContributeDeps, 'share' | 'tokenOnly'>

/**
 * Returns the automatic action that is due now, each action once, and the milliseconds until the planned update.
 * @param learned whether a fit has just succeeded; then an update is planned at a random time within a day
 * @param random returns a number in [0, 1)
 */
export async function whenDue(
  records: ContributeDeps['records'],
  now: number,
  learned: boolean,
  random: () => number,
): Promise<{ readonly wait: number | null; readonly next: Next | null }> {
  let wait: number | null = null
  let next: Next | null = null
  await records((kept) => {
    const budget = lookAt(parseBudget(kept.budget), now)
    const { attempted, elapsed } = budget
    let { due } = kept
    // A time that is already planned stays. The first try of a pending report could have revealed when the shopper was
    // active, so the retry needs no random delay.
    if (learned) due ??= dueAfter(budget, kept.pending ? 0 : random())
    const isDue = due !== undefined && elapsed >= due
    wait = due === undefined || isDue ? null : due - elapsed
    const lacksToken = kept.consent?.terms?.tokens && !kept.token && !kept.pending
    const isSoon = attempted !== null && elapsed - attempted < BETWEEN_ATTEMPTS
    const isTokenDue = wait !== null && lacksToken && !isSoon
    next = isDue ? { share: random() } : isTokenDue ? { tokenOnly: true } : null
    if (next === null) return { budget, due }
    return { budget: { ...budget, attempted: elapsed }, due: isDue ? undefined : due }
  })
  return { wait, next }
}
