/** @module Search box and facets for a list of products, for React. */
export { Facets, type FacetsProps } from './ui/search/Facets.tsx'
export { SEARCH_ENGLISH, type SearchLabels } from './ui/search/labels.ts'
export { SearchBox, type SearchBoxProps } from './ui/search/SearchBox.tsx'
export { type FacetsOptions, type FacetsState, useFacets } from './ui/search/useFacets.ts'
