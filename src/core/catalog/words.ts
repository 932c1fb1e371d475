/** @module Splits titles and queries into words, and folds words (case, accents, plural). */

/** An apostrophe inside a word belongs to it: "children's" is one word. */
const WORD = /[\p{L}\p{N}]+(?:['’][\p{L}\p{N}]+)*/gu
const MARKS = /\p{M}/gu

interface Word {
  readonly text: string
  readonly from: number
  readonly to: number
}

export function wordsOf(text: string): Word[] {
  return [...text.matchAll(WORD)].map((match) => ({
    text: match[0],
    from: match.index,
    to: match.index + match[0].length,
  }))
}

export const textWords = (text: string): string[] => text.match(WORD) ?? []

/** Singulars of irregular plurals. The keys are in the form that `foldPlural` gives them: "knive" for "knives". */
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
 * Folds a word to lower case without accents, plural or possessive. "Cafés" folds to "cafe"; "children's" and
 * "childrens" fold to "child"; "50's" and "50s" fold to "50". Only English forms are known.
 */
export function foldWord(word: string): string {
  const lower = word.normalize('NFKD').replace(MARKS, '').toLowerCase()
  const singular = foldPlural(lower.replace(/['’]s$|(\d)s$/, '$1').replace(/['’]/g, ''))
  return IRREGULAR.get(singular) ?? singular
}

/** `foldWord` with a cache, for many texts of few distinct words. */
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

/** Distinct folded words of a text in the order in which they appear. */
export function foldedWords(text: string, fold: (word: string) => string = foldWord): string[] {
  const words = textWords(text).map(fold)
  return [...new Set(words)].filter((word) => word !== '')
}

/** Canonical form of a query, so that "Parasols" and "parasol" count as the same query. */
export function sameQuery(query: string): string {
  return foldedWords(query).join(' ')
}

/** Words that say nothing about a product; a search ignores them if the query has other words. */
const FILLERS = new Set(
  'a an and any anything are do find for have i in is looking lovely me my need nice of on or please \
show some something stuff that the there thing things to want with you your'.split(' '),
)

export const isTelling = (text: string): boolean =>
  textWords(text).some((word) => !FILLERS.has(word.toLowerCase()))
