/**
 * @module A query in a shop's own words. The shop fills the list: what means the same is asked in the
 * other wordings as well, and what they find counts a little less; what a shop has no words for ("for
 * him") is asked in those that it has, instead.
 */
import { foldWord, wordsOf } from '../catalog/words.ts'

/**
 * Wordings of one thing, each one or more words: `['notebook', 'notepad', 'jotter']`; or what to ask
 * instead of a phrase, in which `#` is any number: `{ of: '# year old', as: ['child'] }`. An empty text
 * leaves the phrase out.
 */
export type Synonyms = readonly (readonly string[] | Rewording)[]

/** What is asked instead of a phrase. */
export interface Rewording {
  /** One or more words. */
  readonly of: string
  /** Each is asked by itself, and counts in full. */
  readonly as: readonly string[]
}

interface FoldedSynonyms {
  readonly groups: readonly (readonly Wording[])[]
  readonly rewordings: readonly { readonly of: Wording; readonly as: readonly Wording[] }[]
}

type Words = readonly string[]

interface Wording {
  readonly words: Words
  readonly folded: Words
}

/** A query has at most so many wordings, and so many others for them: each is a search of its own. */
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

/** What to ask instead: the query itself where no phrase of it is to be replaced. */
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

/** The query in other words, one replacement at a time; without the query itself. */
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

/** Where the phrase begins in the text, in whole words; −1 where it doesn't occur. */
function placeOf(text: Words, phrase: Words): number {
  const isWord = (word: string, at: number) =>
    word === '#' ? /^\d+$/.test(text[at] ?? '') : text[at] === word
  for (let at = 0; at + phrase.length <= text.length; at++)
    if (phrase.every((word, index) => isWord(word, at + index))) return at
  return -1
}
