/** @module Which parts of a title matched, as plain pieces: no HTML, so nothing to escape. */

import { foldWord, wordsOf } from '../catalog/words.ts'
import type { SearchHit } from './hit.ts'

/** A part of a text. */
export interface Piece {
  /** As it stands there. */
  readonly text: string
  /** Whether it matched. */
  readonly hit: boolean
}

/** The text cut into pieces that joined give the text again; matched words are marked. */
export function highlight(text: string, terms: SearchHit['terms']): readonly Piece[] {
  // Most lists are no answer to a query.
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
