/** @module Completes a query while the shopper types it; completions that find best sellers come first. */
import { foldWord } from '../catalog/words.ts'
import { fuzzy, meant } from './retrieve.ts'
import type { FoldedSynonyms } from './synonyms.ts'
import type { Vocabulary } from './vocabulary.ts'
import type { WordIndex } from './wordIndex.ts'

/** The product in the middle of the catalog weighs 1 / (1 + STEEPNESS / 2) as much as the first product. */
const STEEPNESS = 20

/** The first products in the index are assumed to sell most. */
export function suggestions(
  words: readonly string[],
  index: WordIndex,
  vocabulary: Vocabulary,
  synonyms: FoldedSynonyms,
): readonly string[] {
  const last = foldWord(words.at(-1) ?? '')
  if (last === '') return []
  const before = words.slice(0, -1).map((word) => foldWord(meant(index, synonyms, word)))
  const demandOf = (terms: readonly string[]) =>
    index
      .named([...before, ...terms])
      .reduce((sum, product) => sum + 1 / (1 + (STEEPNESS * product) / index.size), 0)
  const spelling = (term: string) =>
    [...before, term].map((one) => vocabulary.spelling(one)).join(' ')
  const completed = index
    .beginning(last)
    .map((term) => ({ text: spelling(term), demand: demandOf([term]) }))
  const typed = words.map(foldWord).join(' ')
  const other = synonyms.rewordings.flatMap(({ of, as }) => {
    const begun = of.find(({ folded }) => folded.join(' ').startsWith(typed))
    if (!begun) return []
    const demand = Math.max(0, ...as.map(({ folded }) => demandOf(folded)))
    return [{ text: begun.words.join(' ').toLowerCase(), demand }]
  })
  const found = [...completed, ...other].filter(({ demand }) => demand > 0)
  if (found.length > 0) return found.sort((a, b) => b.demand - a.demand).map(({ text }) => text)
  return index
    .near(last, Math.round(last.length * (fuzzy(last) || 0)))
    .map(({ term, edits }) => ({ text: spelling(term), edits, demand: demandOf([term]) }))
    .filter(({ demand }) => demand > 0)
    .sort((a, b) => a.edits - b.edits || b.demand - a.demand)
    .map(({ text }) => text)
}
