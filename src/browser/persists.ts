/** @module Option `persist`: whether the shopper's data outlive the page. */

export const PERSISTS = ['ask', 'always', 'never'] as const

export type Persist = (typeof PERSISTS)[number]
