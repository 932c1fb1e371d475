/**
 * @module Synonyms: words of shoppers for products that this shop names differently, each looked up among its
 * titles. A real shop fills the list from its search log.
 */
import list from '../../data/online-retail/synonyms.json' with { type: 'json' }
import type { Synonyms } from '../search.ts'

export const SYNONYMS: Synonyms = list
