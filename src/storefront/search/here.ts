/** @module The shop's search, run by the page or the worker that calls it. */
import type { Item } from '../../index.ts'
import { type AskSearch, searchAmong } from '../../search.ts'
import { SYNONYMS } from '../synonyms.ts'

/**
 * @param items items in a new shopper's order
 * @param breathe called between slices of work; building the index starts at once
 */
export const searchHere = (items: readonly Item[], breathe: () => Promise<void>): AskSearch =>
  searchAmong(items, SYNONYMS, breathe)
