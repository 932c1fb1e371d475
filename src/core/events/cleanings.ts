/** @module What a shop can choose of the cleaning: names only, so that they cost a page nothing. */

export const CLEANINGS = ['rules', 'iqr', 'isolation-forest'] as const
/** Fixed rules; with Tukey's fences; with an isolation forest as well. */
export type Cleaning = (typeof CLEANINGS)[number]
