/**
 * @module Search in the page: retrieval, suggestions, facets, highlighting, and personal order among equally relevant
 * hits.
 */
export { parseItem } from './core/catalog/parseItem.ts'
export { blend } from './core/search/blend.ts'
export { categoriesBegun } from './core/search/categoriesBegun.ts'
export { priceGroup, valueGroup } from './core/search/facetGroups.ts'
export {
  type Facet,
  type FacetGroup,
  type FacetSelection,
  narrow,
} from './core/search/facets.ts'
export { highlight } from './core/search/highlight.ts'
export type { SearchHit } from './core/search/hit.ts'
export {
  type AskSearch,
  type SearchAnswer,
  type SearchQuestion,
  searchAmong,
} from './core/search/searchAmong.ts'
export type { Synonyms } from './core/search/synonyms.ts'
