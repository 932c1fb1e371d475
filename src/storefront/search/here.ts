/** @module The shop's search, run by the page or the worker that calls it. */
import type { Item } from '../../index.ts'
import { type AskSearch, searchAmong } from '../../search.ts'
import { loadGermanSynonyms, SYNONYMS } from '../synonyms.ts'
import { SEARCH_RULES } from './rules.ts'

/** Gives the search function for a language. A page or worker creates one search for each language that is used. */
export type Searches = (german: boolean) => Promise<AskSearch>

/**
 * @param items items, ranked as for a new shopper
 * @param breathe called between slices of work; the index of a language is built when `Searches` is first called for it
 */
export function searchHere(items: readonly Item[], breathe: () => Promise<void>): Searches {
  const build = async (german: boolean) =>
    searchAmong(items, {
      synonyms: [...(german ? await loadGermanSynonyms() : []), ...SYNONYMS],
      rules: SEARCH_RULES,
      nextTask: breathe,
    })
  const built = new Map<boolean, Promise<AskSearch>>()
  return (german) => {
    const search = built.get(german) ?? build(german)
    built.set(german, search)
    return search
  }
}
