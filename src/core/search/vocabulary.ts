/** @module Words of the shop's products: their usual spellings, and compounds. */
import type { Item } from '../catalog/item.ts'
import { foldWord, rememberingFold, textWords } from '../catalog/words.ts'
import { LEAST_PART } from './synonyms.ts'

export class Vocabulary {
  /** Number of occurrences of each spelling, by folded word. */
  readonly #forms = new Map<string, Map<string, number>>()
  readonly #titles: (readonly string[])[] = []
  readonly #fold = rememberingFold()

  add(items: readonly Item[]): void {
    for (const item of items) {
      const title = textWords(`${item.title ?? ''} ${item.category ?? ''}`.toLowerCase())
      this.#titles.push(title)
      for (const form of title) {
        const folded = this.#fold(form)
        const forms = this.#forms.get(folded)
        if (forms) forms.set(form, (forms.get(form) ?? 0) + 1)
        else this.#forms.set(folded, new Map([[form, 1]]))
      }
    }
  }

  /** Variants of the query in which two words are joined or one word is split, as the shop writes them. */
  compounds(words: readonly string[]): readonly (readonly string[])[] {
    return words.flatMap((word, at) => {
      const others: (readonly string[])[] = []
      const replace = (count: number, ...by: readonly string[]) =>
        others.push([...words.slice(0, at), ...by, ...words.slice(at + count)])
      const pair = this.#pairOf(foldWord(word))
      if (pair) replace(1, ...pair)
      const joined = word.toLowerCase() + (words[at + 1] ?? '').toLowerCase()
      if (at + 1 < words.length && this.#forms.has(foldWord(joined))) replace(2, joined)
      return others
    })
  }

  /** Two words that are adjacent in a title and spell the given word when joined. */
  #pairOf(folded: string): readonly [string, string] | undefined {
    for (let at = LEAST_PART; at <= folded.length - LEAST_PART; at++) {
      const [first, second] = [folded.slice(0, at), folded.slice(at)]
      if (this.#forms.has(second) && this.hasPair(first, second)) return [first, second]
    }
    return undefined
  }

  /** Whether the title or the category of some product has the second word right after the first. */
  readonly hasPair = (first: string, second: string): boolean => {
    const folded = this.#fold(second)
    return this.#titles.some((title) =>
      title.some((word, i) => word === first && this.#fold(title[i + 1] ?? '') === folded),
    )
  }

  /** The shop's most frequent spelling of a word; the folded word itself if the shop doesn't have the word. */
  spelling(folded: string): string {
    const forms = this.#forms.get(folded)
    return forms ? [...forms].reduce((a, b) => (b[1] > a[1] ? b : a))[0] : folded
  }
}
