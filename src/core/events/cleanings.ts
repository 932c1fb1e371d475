/** @module Names of the cleaning methods that a shop can choose, without their code, which a page doesn't need. */

export const CLEANINGS = ['rules', 'iqr', 'isolation-forest'] as const
/** `rules`: fixed rules; `iqr`: also Tukey's fences; `isolation-forest`: also an isolation forest. */
export type Cleaning = (typeof CLEANINGS)[number]
