/**
 * @module Words that mean the same in a shop. The shop fills the list; a query that holds one
 * wording is asked in the others as well, and what they find counts a little less.
 */
import { foldWord, wordsOf } from '../../core/catalog/words.ts'

/** Wordings of one thing, each one or more words: `['notebook', 'notepad', 'jotter']`. */
export type Synonyms = readonly (readonly string[])[]

export type FoldedSynonyms = readonly (readonly Wording[])[]

interface Wording {
  readonly words: readonly string[]
  readonly folded: readonly string[]
}

/** A query has at most so many other wordings: each is a search of its own. */
const MOST_WORDINGS = 8

export function foldSynonyms(synonyms: Synonyms): FoldedSynonyms {
  return synonyms
    .map((group) =>
      group
        .map((text) => wordsOf(text).map((word) => word.text))
        .filter((words) => words.length > 0)
        .map((words) => ({ words, folded: words.map(foldWord) })),
    )
    .filter((group) => group.length > 1)
}

/** The query in other words, one replacement at a time; without the query itself. */
export function otherWordings(
  words: readonly string[],
  groups: FoldedSynonyms,
): readonly (readonly string[])[] {
  if (groups.length === 0) return []
  const folded = words.map(foldWord)
  const seen = new Set([folded.join(' ')])
  const found: (readonly string[])[] = []
  for (const group of groups) {
    for (const wording of group) {
      const at = placeOf(folded, wording.folded)
      if (at < 0) continue
      for (const other of group) {
        const rest = words.slice(at + wording.words.length)
        const changed = [...words.slice(0, at), ...other.words, ...rest]
        const key = changed.map(foldWord).join(' ')
        if (seen.has(key)) continue
        seen.add(key)
        found.push(changed)
        if (found.length === MOST_WORDINGS) return found
      }
    }
  }
  return found
}

/** Where the phrase begins in the text, in whole words; −1 where it doesn't occur. */
function placeOf(text: readonly string[], phrase: readonly string[]): number {
  for (let at = 0; at + phrase.length <= text.length; at++)
    if (phrase.every((word, index) => text[at + index] === word)) return at
  return -1
}
