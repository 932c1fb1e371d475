/** @module English messages of search box and facets. */
import type { Messages } from '@nearside/browser/page/words.ts'
import search from './search.en.json' with { type: 'json' }

/** Messages of search box and facets in English. */
export const SEARCH_ENGLISH = { ...search }

export type SearchKey = keyof typeof SEARCH_ENGLISH

/** Messages of search box and facets. */
export type SearchLabels = Messages<keyof typeof SEARCH_ENGLISH>
