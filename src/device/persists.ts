/** @module Whether what the shopper does outlives the page. */

export const PERSISTS = ['ask', 'always', 'never'] as const

/**
 * Whether what the shopper does outlives the page. `ask`: memory only, until the shopper says yes (`setPersist`), and
 * then in this browser. `always`: from the first event. `never`: memory only; what an earlier option stored is erased.
 */
export type Persist = (typeof PERSISTS)[number]
