/**
 * @module Splits a title into plain-text pieces and marks the matches. Without HTML, nothing needs escaping.
 */

import { foldWord, wordsOf } from '../catalog/words.ts'
import type { SearchHit } from './hit.ts'

/** Piece of a text. */
export interface Piece {
  /** Text exactly as it appears in the title. */
  readonly text: string
  /** Whether the piece matched. */
  readonly hit: boolean
}

/** Splits the text into pieces that join to the same text; matched words are marked. */
export function highlight(text: string, terms: SearchHit['terms']): readonly Piece[] {
  // Fast path: most lists aren't search results.
  if (terms.length === 0) return text === '' ? [] : [{ text, hit: false }]
  const matched = new Set(terms)
  const pieces: Piece[] = []
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
