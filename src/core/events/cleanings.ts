/** @module Cleaning methods that a shop can choose. Names only, so that they add nothing to a page. */

export const CLEANINGS = ['rules', 'iqr', 'isolation-forest'] as const
/** `rules`: fixed rules; `iqr`: also Tukey's fences; `isolation-forest`: also an isolation forest. */
export type Cleaning = (typeof CLEANINGS)[number]
