/**
 * @module Search in the page: retrieval, suggestions, facets, highlighting, and personal order among equally relevant
 * hits.
 */
export { parseItem } from '@nearside/core/catalog/parseItem.ts'
export { blend } from '@nearside/core/search/blend.ts'
export { categoriesBegun } from '@nearside/core/search/categoriesBegun.ts'
export { priceGroup, valueGroup } from '@nearside/core/search/facetGroups.ts'
export {
  type Facet,
  type FacetGroup,
  type FacetSelection,
  narrow,
} from '@nearside/core/search/facets.ts'
export { highlight } from '@nearside/core/search/highlight.ts'
export type { SearchHit } from '@nearside/core/search/hit.ts'
export {
  type AskSearch,
  type SearchAnswer,
  type SearchQuestion,
  searchAmong,
} from '@nearside/core/search/searchAmong.ts'
export type { Synonyms } from '@nearside/core/search/synonymList.ts'
