/**
 * @module Synonyms: words that shoppers use for products that this shop names differently. A test checks that each
 * finds products. A real shop fills the list from its search log.
 */
import list from '../../data/online-retail/synonyms.json' with { type: 'json' }
import type { Synonyms } from '../search.ts'

export const SYNONYMS: Synonyms = list
