/** @module Custom element `<nearside-search>`: a search box, facets and results for shops without React. */
export { provide as provideSearch } from '@nearside/ui/element/provided.ts'
export { NearsideSearch } from '@nearside/ui/element/search.ts'
