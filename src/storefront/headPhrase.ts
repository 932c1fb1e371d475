/**
 * @module Finds the phrase that names the product in a title. In English the head of a compound comes last ("heart
 * T-light *holder*"), before any preposition ("*jar* with pink lid").
 */
interface Phrase<T> {
  readonly words: readonly string[]
  readonly value: T
  /** If a title contains several phrases, the phrase with the highest rank wins, regardless of its position. */
  readonly rank: number
}

interface PhraseMatch<T> {
  readonly value: T
  readonly rank: number
  /** Index of the phrase's first word in the title. */
  readonly at: number
  readonly length: number
}

const PREPOSITIONS: ReadonlySet<string> = new Set(['with', 'in', 'for', 'on', 'from'])

/** Lower-case words in the title's order, without possessive ’s; accents stay. */
export function orderedWords(title: string): string[] {
  const text = title.toLowerCase().replace(/['’]s\b/g, '')
  // Matching Unicode's character classes takes ten times as long, so they are used only if needed.
  const words = /[^\0-\x7f]/.test(text) ? /[\p{L}\p{N}]+/gu : /[a-z0-9]+/g
  return text.match(words) ?? []
}

const stems = new Map<string, string>()

/** One form for singular and plural: boxes → box, bunnies → bunny, cookie → cooky, tins → tin. */
function stem(word: string): string {
  const known = stems.get(word)
  if (known !== undefined) return known
  const found = withoutPlural(word)
  stems.set(word, found)
  return found
}

function withoutPlural(word: string): string {
  if (word.length < 4) return word
  if (/ies?$/.test(word)) return word.replace(/ies?$/, 'y')
  if (/(x|ch|sh|ss)es$/.test(word)) return word.slice(0, -2)
  return /[^s]s$/.test(word) ? word.slice(0, -1) : word
}

export function toPhrase<T>(text: string, value: T, rank: number): Phrase<T> {
  return { words: orderedWords(text).map(stem), value, rank }
}

const NONE: readonly never[] = []

/** Phrases, indexed by their last words, so that a title is compared only with phrases whose last word it contains. */
export class PhraseIndex<T> {
  readonly #byLastWord = new Map<string, Phrase<T>[]>()

  constructor(phrases: Iterable<Phrase<T>>) {
    for (const phrase of phrases) {
      const last = phrase.words[phrase.words.length - 1]
      const known = this.#byLastWord.get(last)
      if (known) known.push(phrase)
      else this.#byLastWord.set(last, [phrase])
    }
  }

  /** Every known phrase that the title contains, in the title's order. */
  all(title: string): (PhraseMatch<T> & { readonly score: number })[] {
    const words = orderedWords(title).map(stem)
    const preposition = words.findIndex((word, i) => i > 0 && PREPOSITIONS.has(word))
    const head = preposition < 0 ? words.length : preposition
    return words.flatMap((word, last) =>
      (this.#byLastWord.get(word) ?? NONE)
        .filter((phrase) => occurs(phrase.words, words, last))
        .map(({ value, rank, words: { length } }) => {
          // The higher rank wins; then a phrase before the title's first preposition, then the longer, then the later.
          const score = rank * 1000 + (last < head ? 500 : 0) + length * 30 + last
          return { value, rank, length, at: last - length + 1, score }
        }),
    )
  }

  best(title: string): PhraseMatch<T> | undefined {
    return this.all(title).reduce<(PhraseMatch<T> & { score: number }) | undefined>(
      (best, match) => (best && best.score >= match.score ? best : match),
      undefined,
    )
  }
}

function occurs(phrase: readonly string[], words: readonly string[], last: number): boolean {
  const first = last - phrase.length + 1
  return first >= 0 && phrase.every((word, i) => words[first + i] === word)
}
