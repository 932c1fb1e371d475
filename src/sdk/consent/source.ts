/** @module Who says whether something may be kept in this browser. */

/** Calls back with each answer of the shopper's, at once where there is one already. @returns what ends that */
export type ConsentSource = (listener: (allowed: boolean) => void) => () => void
