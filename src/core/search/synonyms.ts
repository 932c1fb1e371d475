/**
 * @module Rewords a query by the shop's list (`Synonyms`). Synonyms are searched in addition to the query, and their hits
 * count a little less. Rewordings replace words.
 */
import SearchableMap from 'minisearch/SearchableMap'
import { foldWord, wordsOf } from '../catalog/words.ts'
import { groupBy } from '../groupBy.ts'
import type { Synonyms } from './synonymList.ts'

export interface FoldedSynonyms {
  readonly groups: readonly (readonly Wording[])[]
  readonly rewordings: readonly Rewording[]
  /** Phrases to reword, by their first folded word. */
  readonly beginning: ReadonlyMap<string, readonly Phrase[]>
  /** Folded words that the list rewords by themselves, not only within a phrase or as the whole query. */
  readonly single: SearchableMap<true>
}

interface Rewording {
  /** Phrases that the rewording replaces, the usual form first. */
  readonly of: readonly Wording[]
  readonly as: readonly Wording[]
}

interface Phrase {
  readonly phrase: Wording
  readonly as: readonly Wording[]
  /** Index of the rewording in the list. */
  readonly place: number
  readonly alone: boolean
}

type Words = readonly string[]

interface Wording {
  readonly words: Words
  readonly folded: Words
}

/** Maximum number of rewordings of a query, and of alternative wordings by synonyms; each is a separate search. */
export const MOST_WORDINGS = 8

/** Minimum number of letters of each part of a compound, so that "note" is not split into "no" and "te". */
export const LEAST_PART = 3

const worded = (words: Words): Wording => ({ words, folded: words.map(foldWord) })

const wording = (text: string): Wording =>
  worded(
    (text.match(/#|[^\s#]+/gu) ?? []).flatMap((part) =>
      part === '#' ? [part] : wordsOf(part).map((word) => word.text),
    ),
  )

const isSome = ({ words }: Wording) => words.length > 0

export function foldSynonyms(synonyms: Synonyms): FoldedSynonyms {
  const rewordings: Rewording[] = []
  const phrases: Phrase[] = []
  for (const one of synonyms) {
    if (!('of' in one)) continue
    const [of, as] = [[one.of].flat().map(wording).filter(isSome), one.as.map(wording)]
    for (const phrase of of)
      phrases.push({ phrase, as, place: rewordings.length, alone: one.alone ?? false })
    rewordings.push({ of, as })
  }
  const singles = phrases.filter(({ phrase, alone }) => phrase.words.length === 1 && !alone)
  return {
    groups: synonyms
      .flatMap((one) => ('of' in one ? [] : [one.map(wording).filter(isSome)]))
      .filter((group) => group.length > 1),
    rewordings,
    beginning: groupBy(phrases, ({ phrase }) => phrase.folded[0]),
    single: SearchableMap.from(singles.map(({ phrase }) => [phrase.folded[0], true] as const)),
  }
}

/** Wordings of the query after all rewordings; the query itself if no phrase matches. */
export function reworded(words: Words, { beginning, single }: FoldedSynonyms): readonly Words[] {
  const asked = worded(words.flatMap((word) => partsOf(foldWord(word), single) ?? [word]))
  return replaceFrom(0, asked, beginning)
    .slice(0, MOST_WORDINGS)
    .map(({ words }) => words)
}

/** Applies the rewordings from index `place` of the list on, each rewording once. */
function replaceFrom(
  place: number,
  one: Wording,
  beginning: FoldedSynonyms['beginning'],
): readonly Wording[] {
  const next = one.folded
    .flatMap((word) => beginning.get(/^\d+$/.test(word) ? '#' : word) ?? [])
    .filter(
      ({ place: at, phrase: { folded }, alone }) =>
        at >= place &&
        placeOf(one.folded, folded) >= 0 &&
        (!alone || folded.length === one.folded.length),
    )
    .reduce<Phrase | null>((first, at) => (first && first.place <= at.place ? first : at), null)
  if (!next) return [one]
  const at = placeOf(one.folded, next.phrase.folded)
  const changed = next.as.map((other) => replaced(one, at, next.phrase, other))
  const kept = changed.some(isSome) ? changed : [one]
  return kept.flatMap((other) => replaceFrom(next.place + 1, other, beginning))
}

/**
 * Parts of a compound whose parts are all reworded words, e.g. "Weihnachts" and "baum". The result is undefined for any
 * other word, and for a word that the list rewords as a whole. Folding removes an "s" between two parts.
 */
function partsOf(folded: string, single: FoldedSynonyms['single']): Words | undefined {
  if (single.has(folded)) return undefined
  for (let at = LEAST_PART; at <= folded.length - LEAST_PART; at++) {
    const [begin, end] = [foldWord(folded.slice(0, at)), folded.slice(at)]
    if (!single.has(end)) continue
    const first = single.has(begin) ? [begin] : partsOf(begin, single)
    if (first) return [...first, end]
  }
  return undefined
}

/** Alternative wordings of a query, in each of which a synonym replaces one phrase; without the query itself. */
export function otherWordings(words: Words, { groups }: FoldedSynonyms): readonly Words[] {
  if (groups.length === 0) return []
  const asked = worded(words)
  const seen = new Set([asked.folded.join(' ')])
  const found: Words[] = []
  for (const group of groups) {
    for (const wording of group) {
      const at = placeOf(asked.folded, wording.folded)
      if (at < 0) continue
      for (const other of group) {
        const changed = replaced(asked, at, wording, other)
        const key = changed.folded.join(' ')
        if (seen.has(key)) continue
        seen.add(key)
        found.push(changed.words)
        if (found.length === MOST_WORDINGS) return found
      }
    }
  }
  return found
}

function replaced(one: Wording, at: number, of: Wording, other: Wording): Wording {
  const splice = (list: Words, by: Words) => [
    ...list.slice(0, at),
    ...by,
    ...list.slice(at + of.words.length),
  ]
  return { words: splice(one.words, other.words), folded: splice(one.folded, other.folded) }
}

/** Index of the word where the phrase begins in the text; −1 if the text doesn't contain the phrase. */
function placeOf(text: Words, phrase: Words): number {
  const isWord = (word: string, at: number) =>
    word === '#' ? /^\d+$/.test(text[at] ?? '') : text[at] === word
  for (let at = 0; at + phrase.length <= text.length; at++)
    if (phrase.every((word, index) => isWord(word, at + index))) return at
  return -1
}
