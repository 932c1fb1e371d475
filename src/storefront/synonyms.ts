/**
 * @module Synonyms: words that shoppers use for products that this shop names differently, and German words for its
 * English titles. Tests check that each finds products. A real shop fills the list from its search log.
 */
import list from '../../data/online-retail/synonyms.json' with { type: 'json' }
import type { Synonyms } from '../search.ts'

export const SYNONYMS: Synonyms = list

/** German words, which stand before the others; none if they can't be loaded: English words then still find products. */
export const loadGermanSynonyms = (): Promise<Synonyms> =>
  import('../../data/online-retail/synonyms.de.json').then(
    ({ default: german }) => german,
    () => [],
  )
