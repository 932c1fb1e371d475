/** @module Search box and facets for a list of products, for React. */
export { SEARCH_ENGLISH, type SearchLabels } from '@nearside/ui/messages/search.ts'
export { Facets } from '@nearside/ui/search/Facets.tsx'
export { SearchBox } from '@nearside/ui/search/SearchBox.tsx'
export { type FacetsState, useFacets } from '@nearside/ui/search/useFacets.ts'
