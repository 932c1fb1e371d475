/** @module Type of a shop's synonyms. The type has its own file, so that shops compile without MiniSearch. */

/**
 * List of synonyms and rewordings.
 * - Group of synonyms, each of one or more words: `['notebook', 'notepad', 'jotter']`.
 * - Rewording of one or more phrases, in which `#` is any number: `{ of: '# year old', as: ['child'] }`, `{ of:
 *   ['Tasse', 'Tassen'], as: ['mug', 'cup'] }`. An empty text removes the phrase. Each text of `as` is searched
 *   by itself, and its hits count in full. A compound of reworded words ("Teetasse") is reworded by its parts.
 *
 * Rewordings apply in the list's order, so a later rewording can change words that an earlier one inserted.
 */
export type Synonyms = readonly (
  | readonly string[]
  | {
      readonly of: string | readonly string[]
      readonly as: readonly string[]
      /** Whether a rewording's phrase must be the whole query. Default: false. */
      readonly alone?: boolean
    }
)[]
