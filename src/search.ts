/** @module Search on the page: retrieval, suggestions, facets, highlighting, personal order where relevance is flat. */
export { parseItem } from './catalog/parseItem.ts'
export { blend, type Room } from './search/blend.ts'
export {
  type Facet,
  type FacetGroup,
  type FacetOption,
  type FacetSelection,
  narrow,
} from './search/facets.ts'
export { highlight, type Piece } from './search/highlight.ts'
export type { SearchHit } from './search/retrieve.ts'
export { createProductSearch, type ProductSearch, prepareProductSearch } from './search/search.ts'
export type { Synonyms } from './search/synonyms.ts'
