/**
 * @module Puts each item of a shop into a department. If the title has a word that names the product, this word decides.
 * Every other item joins items with similar titles, or items that were bought in the same orders. The result is
 * deterministic: the same log and rules give the same departments.
 */

import type { Item } from '@nearside/core/catalog/item.ts'
import { DAY } from '@nearside/core/time.ts'
import { orderedWords, PhraseIndex, toPhrase } from '@nearside/storefront/headPhrase.ts'
import type { OrderLine } from '@nearside/train/import/importShop.ts'
import type { WordVectors } from '@nearside/train/wordVectors.ts'
import type { Department } from './catalogRules.ts'

const ALWAYS = 4
const STRONG = 3
const WORD = 2
const WEAK = 1

/** Number of neighbours that vote on an item without a decisive word. */
const NEIGHBOURS = 15
/** Weight of co-purchase similarity relative to title similarity; both are cosines. */
const CO_PURCHASE_WEIGHT = 1
/** Vote of a weak word, in the unit of a neighbour's similarity. */
const WEAK_VOTE = 1
/** Largest basket that counts: a wholesaler's order of half the catalog doesn't show which items are related. */
const MAX_BASKET = 60

/** Department of each item; undefined only if there are no departments. */
export function assignDepartments(
  items: readonly Item[],
  events: readonly OrderLine[],
  departments: readonly Department[],
  wordVectors: WordVectors | undefined,
): readonly (string | undefined)[] {
  const index = new PhraseIndex(
    departments.flatMap(({ always, strong, words, weak }, department) => [
      ...always.map((text) => toPhrase(text, department, ALWAYS)),
      ...strong.map((text) => toPhrase(text, department, STRONG)),
      ...words.map((text) => toPhrase(text, department, WORD)),
      ...weak.map((text) => toPhrase(text, department, WEAK)),
    ]),
  )
  const matches = items.map(({ title }) => index.best(title ?? ''))
  const sure = matches.map((match) => (match && match.rank >= WORD ? match.value : -1))
  const similarity = itemSimilarity(items, events, wordVectors)
  const placed = sure.map((department, row) => {
    if (department >= 0) return department
    const votes = new Float64Array(departments.length)
    const match = matches[row]
    if (match) votes[match.value] += WEAK_VOTE
    for (const { item, weight } of similarity.neighbours(row, sure)) votes[sure[item]] += weight
    return votes.length === 0 ? -1 : votes.indexOf(Math.max(...votes))
  })
  return placed.map((department) => departments[department]?.name)
}

/** Similarity of two items: cosine of their titles, plus cosine of the sets of orders that contain them. */
function itemSimilarity(
  items: readonly Item[],
  events: readonly OrderLine[],
  wordVectors: WordVectors | undefined,
) {
  const texts = items.map(({ title }) => orderedWords(title ?? ''))
  const vectors = wordVectors && textVectors(texts, wordVectors)
  const dimension = wordVectors?.dimension ?? 0
  const rows = new Map(items.map(({ id }, row) => [id, row]))
  const { basketsOf, itemsOf } = baskets(events, rows)

  return {
    /** The most similar items among the items that already have a department (`sure`), most similar first. */
    neighbours(row: number, sure: readonly number[]): { item: number; weight: number }[] {
      const weights = new Float64Array(items.length)
      for (const basket of basketsOf[row]) for (const item of itemsOf[basket]) weights[item]++
      for (let item = 0; item < items.length; item++) {
        const size = Math.sqrt(basketsOf[row].length * basketsOf[item].length)
        weights[item] = size > 0 ? (CO_PURCHASE_WEIGHT * weights[item]) / size : 0
        if (!vectors) continue
        let dot = 0
        for (let d = 0; d < dimension; d++)
          dot += vectors[row * dimension + d] * vectors[item * dimension + d]
        weights[item] += Math.max(0, dot)
      }
      return [...weights]
        .map((weight, item) => ({ item, weight }))
        .filter(({ item, weight }) => item !== row && sure[item] >= 0 && weight > 0)
        .sort((a, b) => b.weight - a.weight || a.item - b.item)
        .slice(0, NEIGHBOURS)
    },
  }
}

function baskets(events: readonly OrderLine[], rows: ReadonlyMap<string, number>) {
  const found = new Map<string, Set<number>>()
  for (const { shopper, session, time, item } of events) {
    const row = rows.get(item)
    if (row === undefined) continue
    const key = `${shopper}\t${session ?? Math.floor(time / DAY)}`
    const basket = found.get(key)
    if (basket) basket.add(row)
    else found.set(key, new Set([row]))
  }
  const itemsOf = [...found.values()]
    .filter(({ size }) => size > 1 && size <= MAX_BASKET)
    .map((basket) => [...basket])
  const basketsOf: number[][] = Array.from({ length: rows.size }, () => [])
  for (const [basket, items] of itemsOf.entries())
    for (const item of items) basketsOf[item].push(basket)
  return { basketsOf, itemsOf }
}

/**
 * Vector of each text: mean of its words' vectors, weighted by their rarity among `texts`, scaled to length 1.
 * Row-major [texts, dimension]; zeros for a text without a known word.
 */
function textVectors(
  texts: readonly (readonly string[])[],
  { words, vectors, dimension }: WordVectors,
): Float32Array {
  const rows = new Map(words.map((word, row) => [word, row]))
  const frequency = new Map<string, number>()
  for (const text of texts)
    for (const word of new Set(text)) frequency.set(word, (frequency.get(word) ?? 0) + 1)
  const result = new Float32Array(texts.length * dimension)
  for (const [i, text] of texts.entries()) {
    const sum = result.subarray(i * dimension, (i + 1) * dimension)
    for (const word of new Set(text)) {
      const row = rows.get(word)
      if (row === undefined) continue
      const weight = Math.log(1 + texts.length / frequency.get(word)!)
      for (let d = 0; d < dimension; d++) sum[d] += weight * vectors[row * dimension + d]
    }
    normalize(sum)
  }
  return result
}

function normalize(vector: Float32Array): void {
  let square = 0
  for (const value of vector) square += value * value
  if (square === 0) return
  const scale = 1 / Math.sqrt(square)
  for (let i = 0; i < vector.length; i++) vector[i] *= scale
}
