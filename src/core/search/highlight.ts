/** @module Marks the matched words in a title, without HTML. */
import { foldWord, wordsOf } from '../catalog/words.ts'
import type { SearchHit } from './hit.ts'

/** Splits a text into pieces, which joined give the same text; `hit` marks the matched words. */
export function highlight(
  text: string,
  terms: SearchHit['terms'],
): readonly { readonly text: string; readonly hit: boolean }[] {
  // Most lists aren't search results and mark nothing.
  if (terms.length === 0) return text === '' ? [] : [{ text, hit: false }]
  const matched = new Set(terms)
  const pieces: { text: string; hit: boolean }[] = []
  let done = 0
  for (const word of wordsOf(text)) {
    if (!matched.has(foldWord(word.text))) continue
    if (word.from > done) pieces.push({ text: text.slice(done, word.from), hit: false })
    pieces.push({ text: word.text, hit: true })
    done = word.to
  }
  if (done < text.length) pieces.push({ text: text.slice(done), hit: false })
  return pieces
}
