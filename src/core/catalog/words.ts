/** @module Words of titles and queries: one folding for the index, the query and the highlighting. */

const WORD = /[\p{L}\p{N}]+/gu
const MARKS = /\p{M}/gu

export interface Word {
  readonly text: string
  /** Offsets into the text it came from. */
  readonly from: number
  readonly to: number
}

/** Words in order of appearance, with their places. */
export function wordsOf(text: string): Word[] {
  return [...text.matchAll(WORD)].map((match) => ({
    text: match[0],
    from: match.index,
    to: match.index + match[0].length,
  }))
}

/**
 * Lower case, no accents, no plural: "Cafés" and "cafe" meet. English plurals only, and by one rule
 * each, since a prefix search forgives what a rule misses.
 */
export function foldWord(word: string): string {
  const plain = word.normalize('NFKD').replace(MARKS, '').toLowerCase()
  if (plain.length < 4 || /(ss|us|is)$/.test(plain)) return plain
  if (/[^aeiou]ies$/.test(plain)) return `${plain.slice(0, -3)}y`
  if (/(x|ch|sh|ss)es$/.test(plain)) return plain.slice(0, -2)
  return plain.endsWith('s') ? plain.slice(0, -1) : plain
}

/**
 * Distinct folded words in order of appearance.
 * @param fold e.g. one that remembers, for many texts of few words
 */
export function foldedWords(text: string, fold: (word: string) => string = foldWord): string[] {
  const words = (text.match(WORD) ?? []).map(fold)
  return [...new Set(words)].filter((word) => word !== '')
}
