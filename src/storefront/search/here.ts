/** @module The shop's search in whichever thread asks for it. */
import type { Item } from '../../index.ts'
import { type AskSearch, searchAmong } from '../../search.ts'
import { SYNONYMS } from '../synonyms.ts'

/**
 * @param items in a new shopper's order
 * @param breathe between slices of the work; the index is built once, beginning now
 */
export const searchHere = (items: readonly Item[], breathe: () => Promise<void>): AskSearch =>
  searchAmong(items, SYNONYMS, breathe)
