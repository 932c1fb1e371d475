/** @module Search box and facets for a list of products, for React. */
export { Facets } from './ui/search/Facets.tsx'
export { SEARCH_ENGLISH, type SearchLabels } from './ui/search/labels.ts'
export { SearchBox } from './ui/search/SearchBox.tsx'
export { type FacetsState, useFacets } from './ui/search/useFacets.ts'
