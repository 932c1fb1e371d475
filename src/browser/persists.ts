/** @module Option `persist`: whether the shopper's data outlive the page. */

export const PERSISTS = ['ask', 'always', 'never'] as const

/**
 * Whether the shopper's data outlive the page.
 *
 * - `ask`: memory only until the shopper says yes (`setPersist`), then in this browser.
 * - `always`: from the first event.
 * - `never`: memory only; data that an earlier option stored are erased.
 */
export type Persist = (typeof PERSISTS)[number]
