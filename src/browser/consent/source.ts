/** @module Source of the shopper's answer to storage in this browser. */

/**
 * Calls `listener` with each answer of the shopper, and at once if there is one already. @returns function that stops
 * it
 */
export type ConsentSource = (listener: (allowed: boolean) => void) => () => void
