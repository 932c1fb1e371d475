/**
 * @module Synonyms: words that shoppers use for products that this shop names differently, and German words for its
 * English titles. Tests check that each word finds products. A real shop fills the list from its search log.
 */
import list from '../../data/online-retail/synonyms.json' with { type: 'json' }
import type { Synonyms } from '../search.ts'

export const SYNONYMS: Synonyms = list

/** German synonyms. If the synonyms can't be loaded, the list is empty, and only English words find products. */
export const loadGermanSynonyms = (): Promise<Synonyms> =>
  import('../../data/online-retail/synonyms.de.json').then(
    ({ default: german }) => german,
    () => [],
  )
