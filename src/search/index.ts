/** @module Search on the page: retrieval, suggestions, highlighting, personal order in bands. */
export { blend } from './blend.ts'
export { type Facet, type FacetGroup, narrow } from './facets.ts'
export { highlight } from './highlight.ts'
export { type ProductSearch, prepareProductSearch } from './search.ts'
export type { Synonyms } from './synonyms.ts'
