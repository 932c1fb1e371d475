/** @module Source of the shopper's answer to storage in this browser. */

/**
 * Calls `listener` with each answer of the shopper, and at once if the shopper has already answered. @returns function
 * that stops it
 */
export type ConsentSource = (listener: (allowed: boolean) => void) => () => void
