/** @module Finds products and completes queries. */
import { inOneCurrency } from '../catalog/currency.ts'
import type { Item } from '../catalog/item.ts'
import { atPrice } from '../catalog/sale.ts'
import { foldWord, isTelling, wordsOf } from '../catalog/words.ts'
import { takeExclusion } from './exclusion.ts'
import type { SearchHit } from './hit.ts'
import { fitsPrice, takePrice } from './price.ts'
import { fuzzy, meant, type ProductHit, retrieve } from './retrieve.ts'
import type { Synonyms } from './synonymList.ts'
import { foldSynonyms, MOST_WORDINGS, otherWordings, reworded } from './synonyms.ts'
import { Vocabulary } from './vocabulary.ts'
import { WordIndex } from './wordIndex.ts'

export interface ProductSearch {
  /**
   * Finds products, best first (`searchAmong` lists the rules).
   * @param now time of the prices, milliseconds since the epoch; default: the clock
   * @param current finds a product with its current price and stock; default: the products as they were given
   */
  find(
    query: string,
    limit?: number,
    now?: number,
    current?: (id: string) => Item | undefined,
  ): readonly SearchHit[]
  /** Completions of a query that is being typed, most promising first. */
  suggest(query: string, limit?: number): readonly string[]
  /** For a query without hits: the query without its price and exclusion, if that finds products; else null. */
  wider(query: string): string | null
}

/** Builds a search synchronously, which takes 0.3 s for 8,700 products. */
export function createProductSearch(
  items: readonly Item[],
  synonyms: Synonyms = [],
): ProductSearch {
  const distinct = inOneCurrency(distinctById(items))
  const [index, vocabulary] = [new WordIndex(), new Vocabulary()]
  index.add(distinct)
  vocabulary.add(distinct)
  return searchOver(distinct, index, vocabulary, synonyms)
}

/** Number of products indexed per slice; a slice takes a few milliseconds on a slow phone. */
const SLICE = 25

/** Builds the same search in slices, between which `nextTask` lets other tasks run. */
export async function prepareProductSearch(
  items: readonly Item[],
  synonyms: Synonyms = [],
  nextTask: () => Promise<void> = () => new Promise((next) => setTimeout(next)),
): Promise<ProductSearch> {
  const distinct = distinctById(items)
  const [index, vocabulary] = [new WordIndex(), new Vocabulary()]
  for (let from = 0; from < distinct.length; from += SLICE) {
    const some = distinct.slice(from, from + SLICE)
    index.add(some)
    vocabulary.add(some)
    await nextTask()
  }
  return searchOver(distinct, index, vocabulary, synonyms)
}

function distinctById(items: readonly Item[]): readonly Item[] {
  const ids = new Set<string>()
  return items.filter(({ id }) => !ids.has(id) && ids.add(id))
}

/** The product in the middle of the catalog weighs 1 / (1 + STEEPNESS / 2) as much as the first product. */
const STEEPNESS = 20

function searchOver(
  items: readonly Item[],
  index: WordIndex,
  vocabulary: Vocabulary,
  synonyms: Synonyms,
): ProductSearch {
  const folded = foldSynonyms(synonyms)
  const byId = new Map(items.map(({ id }, at) => [id, at]))
  const byCode = new Map(items.map(({ id }, at) => [id.toLowerCase(), at]))
  const ofCode = (word: string) =>
    /\d/.test(word) ? (byId.get(word) ?? byCode.get(word.toLowerCase())) : undefined

  const equal = (product: number): ProductHit => ({
    product,
    relevance: 1,
    complete: true,
    terms: [],
  })

  function search(query: string): readonly ProductHit[] {
    const typed = query.split(/[\s,#]+/).filter((word) => word !== '')
    const codes = typed.flatMap((word) => ofCode(word) ?? [])
    if (codes.length > 0 && codes.length === typed.length)
      return [...new Set(codes)].map((at) => ({ ...equal(at), terms: [foldWord(items[at].id)] }))
    const words = wordsOf(query).map((word) => word.text)
    if (words.length === 0) return []
    const asked = reworded(words, folded)
    const spelt = asked.map((one) => one.map((word) => meant(index, folded, word)))
    const corrected =
      String(spelt) === String(asked) ? [] : spelt.flatMap((one) => reworded(one, folded))
    const replacedIn = (all: readonly (readonly string[])[], respelt: boolean) =>
      all
        .flatMap((one) => [...vocabulary.compounds(one), ...otherWordings(one, folded)])
        .map((words) => ({ words, respelt, replaced: true }))
    const others = [
      ...corrected.map((words) => ({ words, respelt: true, replaced: false })),
      ...replacedIn(asked, false),
      ...replacedIn(corrected, true),
    ]
    return retrieve(index, { asked, others: others.slice(0, MOST_WORDINGS) })
  }

  /** Products that have the word, or a rewording or synonym of the word, in a field that names the product. */
  const namedBy = (word: string): readonly number[] =>
    reworded([word], folded)
      .flatMap((one) => [one, ...otherWordings(one, folded)])
      .flatMap((one) => index.named(one))

  /** Demand for the products with all of the words. The first products in the index are assumed to sell most. */
  const demandOf = (words: readonly string[]) =>
    index
      .named(words)
      .reduce((sum, product) => sum + 1 / (1 + (STEEPNESS * product) / index.size), 0)

  /** Completions with the most demand first, because a shopper rarely means a word of products that hardly sell. */
  function completions(words: readonly string[]): readonly string[] {
    const last = foldWord(words.at(-1) ?? '')
    if (last === '') return []
    const before = words.slice(0, -1).map((word) => foldWord(meant(index, folded, word)))
    const completed = (term: string) => ({
      text: [...before, term].map((one) => vocabulary.spelling(one)).join(' '),
      demand: demandOf([...before, term]),
    })
    const typed = words.map(foldWord).join(' ')
    const other = folded.rewordings.flatMap(({ of, as }) => {
      const begun = of.find(({ folded }) => folded.join(' ').startsWith(typed))
      if (!begun) return []
      const demand = Math.max(0, ...as.map(({ folded }) => demandOf([...before, ...folded])))
      return [{ text: begun.words.join(' ').toLowerCase(), demand }]
    })
    const found = [...index.beginning(last).map(completed), ...other].filter(
      ({ demand }) => demand > 0,
    )
    if (found.length > 0) return found.sort((a, b) => b.demand - a.demand).map(({ text }) => text)
    return index
      .near(last, Math.round(last.length * (fuzzy(last) || 0)))
      .map(({ term, edits }) => ({ ...completed(term), edits }))
      .filter(({ demand }) => demand > 0)
      .sort((a, b) => a.edits - b.edits || b.demand - a.demand)
      .map(({ text }) => text)
  }

  return {
    find(query, limit = 200, now = Date.now(), current) {
      const itemAt = (at: number) => current?.(items[at].id) ?? items[at]
      const { rest, without } = takeExclusion(query, vocabulary.hasPair)
      const priced = takePrice(rest)
      const words = priced?.rest ?? rest
      const found = priced && !isTelling(words) ? items.map((_, at) => equal(at)) : search(words)
      const excluded = new Set(without.flatMap(namedBy))
      const priceOf = (hit: ProductHit) => atPrice(itemAt(hit.product), now).price ?? Number.NaN
      const fitting = found.filter(
        (hit) => !excluded.has(hit.product) && (!priced || fitsPrice(priceOf(hit), priced)),
      )
      const { distance } = priced ?? {}
      const byPrice = distance && nearestFirst(fitting, (hit) => distance(priceOf(hit)))
      return availableFirst(
        (byPrice ?? fitting).map(({ product, alike: _, ...hit }) => ({
          ...hit,
          id: items[product].id,
          ...(itemAt(product).available === false && { soldOut: true }),
        })),
      ).slice(0, limit)
    },
    wider(query) {
      const { rest, without } = takeExclusion(query, vocabulary.hasPair)
      const priced = takePrice(rest)
      if (!priced && without.length === 0) return null
      const text = (priced?.rest ?? rest).trim().replace(/\s+/g, ' ')
      return isTelling(text) && search(text).length > 0 ? text : null
    },
    suggest: (query, limit = 6) =>
      [...new Set(completions(wordsOf(query).map((word) => word.text)))].slice(0, limit),
  }
}

/**
 * Hits for all words come first; among them and among the others, available hits come first. If all hits for all words
 * are sold out, only stock decides.
 */
function availableFirst(hits: readonly SearchHit[]): readonly SearchHit[] {
  const whole = hits.some(({ complete, soldOut }) => complete && !soldOut)
  const rank = ({ complete, soldOut }: SearchHit) => (whole && complete ? 0 : 2) + (soldOut ? 1 : 0)
  return [...hits].sort((a, b) => rank(a) - rank(b))
}

/** Share of the best relevance below which a hit is weak. Weak hits come after the hits that are sorted by price. */
const STRONG = 0.5

/** Sorts hits by distance from the query's price, weak hits last. The nearness of a hit becomes its relevance. */
function nearestFirst(
  hits: readonly ProductHit[],
  distance: (hit: ProductHit) => number,
): readonly ProductHit[] {
  const best = Math.max(...hits.map(({ relevance, complete }) => (complete ? relevance : 0)))
  return hits
    .map((hit) => {
      const nearness = 1 / (1 + distance(hit))
      const isWeak = hit.alike || hit.relevance < STRONG * best
      return { ...hit, relevance: isWeak ? nearness / 1e3 : nearness }
    })
    .sort((a, b) => b.relevance - a.relevance)
}
