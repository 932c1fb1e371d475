/** @module The custom element `<nearside-search>`: a search box, choices and what is found, for shops without React. */
export { type ProvideOptions, provide as provideSearch } from './ui/element/provided.ts'
export { NearsideSearch } from './ui/element/search.ts'
