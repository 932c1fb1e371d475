/** @module Groups of the shopper's own items that a list may exclude. */
export const EXCLUSIONS = ['bought', 'owned', 'basket', 'seen'] as const

/**
 * Group of items that the shopper already has.
 * - `bought`: bought and not due again (`from: 'bought'` of `ListOptions`).
 * - `owned`: ever bought.
 * - `basket`: put into the basket within 30 days and neither removed nor bought since.
 * - `seen`: viewed in this visit.
 */
export type Exclusion = (typeof EXCLUSIONS)[number]
