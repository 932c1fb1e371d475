/** @module Words of titles and queries: one folding for the index, the query and the highlighting. */

/** An apostrophe inside a word belongs to it: "children's" is one word, not two. */
const WORD = /[\p{L}\p{N}]+(?:['’][\p{L}\p{N}]+)*/gu
const MARKS = /\p{M}/gu

interface Word {
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

/** The same without their places. */
export const textWords = (text: string): string[] => text.match(WORD) ?? []

/** Plurals that no rule makes, as the rules leave them. */
const IRREGULAR = new Map([
  ['children', 'child'],
  ['men', 'man'],
  ['women', 'woman'],
  ['mice', 'mouse'],
  ['knive', 'knife'],
  ['leave', 'leaf'],
  ['shelve', 'shelf'],
  ['scarve', 'scarf'],
  ['geese', 'goose'],
])

/**
 * Lower case, no accents, no plural, no possessive: "Cafés" and "cafe" meet, "children's", "childrens"
 * and "child", "50's" and "50s". English only, and by one rule each, since a prefix search forgives what a rule misses.
 */
export function foldWord(word: string): string {
  const lower = word.normalize('NFKD').replace(MARKS, '').toLowerCase()
  const singular = foldPlural(lower.replace(/['’]s$|(\d)s$/, '$1').replace(/['’]/g, ''))
  return IRREGULAR.get(singular) ?? singular
}

/** `foldWord` for many texts of few words: each is folded once. */
export function rememberingFold(): (word: string) => string {
  const known = new Map<string, string>()
  return (word) => {
    const folded = known.get(word) ?? foldWord(word)
    known.set(word, folded)
    return folded
  }
}

function foldPlural(plain: string): string {
  if (plain.length < 4 || /(ss|us|is)$/.test(plain)) return plain
  if (/[^aeiou]ies$/.test(plain)) return `${plain.slice(0, -3)}y`
  if (/(x|ch|sh|ss)es$/.test(plain)) return plain.slice(0, -2)
  return plain.endsWith('s') ? plain.slice(0, -1) : plain
}

/**
 * Distinct folded words in order of appearance.
 * @param fold `foldWord`, or one that remembers
 */
export function foldedWords(text: string, fold: (word: string) => string = foldWord): string[] {
  const words = textWords(text).map(fold)
  return [...new Set(words)].filter((word) => word !== '')
}

/** However it was written: "Parasols" is what "parasol" is. */
export function sameQuery(query: string): string {
  return foldedWords(query).join(' ')
}
