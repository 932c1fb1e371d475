/** @module Search on the page: retrieval, suggestions, facets, highlighting, personal order between hits that are equally relevant. */
export { parseItem } from './core/catalog/parseItem.ts'
export { blend } from './sdk/search/blend.ts'
export { categoriesBegun } from './sdk/search/categoriesBegun.ts'
export { priceGroup, priceLimits, valueGroup } from './sdk/search/facetGroups.ts'
export {
  type Facet,
  type FacetGroup,
  type FacetOption,
  type FacetSelection,
  narrow,
} from './sdk/search/facets.ts'
export { highlight, type Piece } from './sdk/search/highlight.ts'
export type { SearchHit } from './sdk/search/hit.ts'
export {
  createProductSearch,
  type ProductSearch,
  prepareProductSearch,
} from './sdk/search/search.ts'
export {
  type AskSearch,
  type SearchAnswer,
  type SearchQuestion,
  searchAmong,
} from './sdk/search/searchAmong.ts'
export type { Rewording, Synonyms } from './sdk/search/synonyms.ts'
