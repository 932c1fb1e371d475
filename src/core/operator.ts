/** @module How a party that runs an aggregator is named to shoppers. */

/** Up to 80 characters, none of them invisible, without a space at either end. */
export const OPERATOR = /^(?! )[^\p{C}\p{Zl}\p{Zp}]{1,80}(?<! )$/u
