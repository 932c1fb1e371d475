/** @module Recognises queries that mean the same: by spelling, plural, fillers and the shop's synonyms. */
import { foldWord, wordsOf } from '../catalog/words.ts'
import { tellingOf } from './retrieve.ts'
import type { Synonyms } from './synonymList.ts'
import { foldSynonyms, otherWordings, reworded } from './synonyms.ts'

export interface Meanings {
  /** Canonical form of a query; empty for a query without words. */
  keyOf(query: string): string
  /** Canonical forms of a query and of all wordings that mean the same. */
  keysOf(query: string): ReadonlySet<string>
}

const textsOf = (query: string) => wordsOf(query).map(({ text }) => text)

/** Folded words without filler words such as "the", which the search ignores. */
const keyOf = (words: readonly string[]) => tellingOf(words).map(foldWord).join(' ')

export function createMeanings(synonyms: Synonyms): Meanings {
  const folded = foldSynonyms(synonyms)
  return {
    keyOf: (query) => keyOf(textsOf(query)),
    keysOf(query) {
      const words = textsOf(query)
      const all = [words, ...reworded(words, folded)]
      const keys = all.flatMap((one) => [one, ...otherWordings(one, folded)]).map(keyOf)
      return new Set(keys.filter((key) => key !== ''))
    },
  }
}
