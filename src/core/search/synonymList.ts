/** @module Type of a shop's synonyms, in its own file so that a shop can compile against it without MiniSearch. */

/**
 * List of synonyms and rewordings.
 * - Synonyms, each of one or more words: `['notebook', 'notepad', 'jotter']`.
 * - A rewording of one phrase or several, in which `#` is any number: `{ of: '# year old', as: ['child'] }`,
 *   `{ of: ['Tasse', 'Tassen'], as: ['mug', 'cup'] }`. An empty text removes the phrase. Each replacement is searched
 *   by itself at full weight. A compound of reworded words ("Teetasse") is reworded by its parts.
 *
 * Rewordings apply in the list's order, so a later one may reword what an earlier one wrote.
 */
export type Synonyms = readonly (
  | readonly string[]
  | {
      readonly of: string | readonly string[]
      readonly as: readonly string[]
      /** Whether the phrase must be the whole query. Default: false. */
      readonly alone?: boolean
    }
)[]
