/** @module Who says whether something may be kept in this browser. */

/** Calls back at once where it knows, and with each change. @returns what ends that */
export type ConsentSource = (listener: (allowed: boolean) => void) => () => void
