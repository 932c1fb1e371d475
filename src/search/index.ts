/** @module Search on the page: retrieval, suggestions, highlighting, personal order in bands. */
export { type BlendOptions, blend } from './blend.ts'
export { highlight, type Piece } from './highlight.ts'
export type { SearchHit } from './retrieve.ts'
export { createProductSearch, type ProductSearch } from './search.ts'
