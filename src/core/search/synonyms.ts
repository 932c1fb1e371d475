/**
 * @module Rewords a query in the shop's own words, by a list that the shop provides. Synonyms are searched as
 * well, and their hits count a little less. Rewordings replace a phrase that the shop doesn't use ("for
 * him").
 */
import { foldWord, wordsOf } from '../catalog/words.ts'

/**
 * List of synonyms and rewordings.
 * - Synonyms, each of one or more words: `['notebook', 'notepad', 'jotter']`.
 * - A rewording, in which `#` is any number: `{ of: '# year old', as: ['child'] }`. An empty text removes the
 *   phrase. Each replacement is searched by itself at full weight.
 */
export type Synonyms = readonly (
  | readonly string[]
  | { readonly of: string; readonly as: readonly string[] }
)[]

interface FoldedSynonyms {
  readonly groups: readonly (readonly Wording[])[]
  readonly rewordings: readonly { readonly of: Wording; readonly as: readonly Wording[] }[]
}

type Words = readonly string[]

interface Wording {
  readonly words: Words
  readonly folded: Words
}

/** Maximum number of wordings of a query, and of alternative wordings; each wording is a separate search. */
export const MOST_WORDINGS = 8

const wording = (text: string): Wording => {
  const words = (text.match(/#|[^\s#]+/gu) ?? []).flatMap((part) =>
    part === '#' ? [part] : wordsOf(part).map((word) => word.text),
  )
  return { words, folded: words.map(foldWord) }
}

export function foldSynonyms(synonyms: Synonyms): FoldedSynonyms {
  const isSome = ({ words }: Wording) => words.length > 0
  return {
    groups: synonyms
      .flatMap((one) => ('of' in one ? [] : [one.map(wording).filter(isSome)]))
      .filter((group) => group.length > 1),
    rewordings: synonyms
      .flatMap((one) => ('of' in one ? [{ of: wording(one.of), as: one.as.map(wording) }] : []))
      .filter(({ of }) => isSome(of)),
  }
}

/** Wordings after all replacements; the query itself if no phrase matches. */
export function reworded(words: Words, { rewordings }: FoldedSynonyms): readonly Words[] {
  let asked: readonly Words[] = [words]
  for (const { of, as } of rewordings)
    asked = asked.flatMap((one) => {
      const at = placeOf(one.map(foldWord), of.folded)
      if (at < 0) return [one]
      const changed = as.map((other) => replaced(one, at, of, other))
      return changed.some(({ length }) => length > 0) ? changed : [one]
    })
  return asked.slice(0, MOST_WORDINGS)
}

/** Alternative wordings by synonyms, with one replacement each; without the query itself. */
export function otherWordings(words: Words, { groups }: FoldedSynonyms): readonly Words[] {
  if (groups.length === 0) return []
  const folded = words.map(foldWord)
  const seen = new Set([folded.join(' ')])
  const found: Words[] = []
  for (const group of groups) {
    for (const wording of group) {
      const at = placeOf(folded, wording.folded)
      if (at < 0) continue
      for (const other of group) {
        const changed = replaced(words, at, wording, other)
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

const replaced = (words: Words, at: number, of: Wording, other: Wording): Words => [
  ...words.slice(0, at),
  ...other.words,
  ...words.slice(at + of.words.length),
]

/** Index of the word where the phrase begins in the text; −1 if it doesn't occur. */
function placeOf(text: Words, phrase: Words): number {
  const isWord = (word: string, at: number) =>
    word === '#' ? /^\d+$/.test(text[at] ?? '') : text[at] === word
  for (let at = 0; at + phrase.length <= text.length; at++)
    if (phrase.every((word, index) => isWord(word, at + index))) return at
  return -1
}
