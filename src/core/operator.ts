/** @module Format of the name by which shoppers see the operator of an aggregator. */

/** 1 to 80 characters without control or line-separator characters, and without a space at either end. */
export const OPERATOR = /^(?! )[^\p{C}\p{Zl}\p{Zp}]{1,80}(?<! )$/u
