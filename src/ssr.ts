/** @module For a shop's server: the lists that every shopper's device starts with. */
export { type BaseLists, type BaseListsOptions, readBaseLists } from './sdk/baseLists.ts'
