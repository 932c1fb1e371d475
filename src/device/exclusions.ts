/** @module What of the shopper's own a list may leave out. */
export const EXCLUSIONS = ['bought', 'basket', 'seen'] as const

/**
 * What a shopper has already. `bought`: in this visit, and before it where the shop's log shows that
 * hardly anybody comes back to the product (fewer than 1 in 20 of its shoppers, on another day).
 * `basket`: put into it within 30 days and neither taken out nor bought since. `seen`: looked at in
 * this visit.
 */
export type Exclusion = (typeof EXCLUSIONS)[number]
