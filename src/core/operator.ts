/** @module Format of an operator's name, by which shoppers know who runs an aggregator. */

/** A name has 1 to 80 characters without control or line-separator characters, and without a space at either end. */
export const OPERATOR = /^(?! )[^\p{C}\p{Zl}\p{Zp}]{1,80}(?<! )$/u
