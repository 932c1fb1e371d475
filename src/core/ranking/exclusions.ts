/** @module What of the shopper's own a list may leave out. */
export const EXCLUSIONS = ['bought', 'owned', 'basket', 'seen'] as const

/**
 * What a shopper has already. `bought`: unless it is due again (`from: 'bought'` of `ListOptions`). `owned`: whatever
 * they bought, ever. `basket`: put into it within 30 days and neither taken out nor bought since. `seen`: looked at in
 * this visit.
 */
export type Exclusion = (typeof EXCLUSIONS)[number]
