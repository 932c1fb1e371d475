/** @module Base lists for a shop's server: the lists that every new device starts with. */
export { type BaseLists, type BaseListsOptions, readBaseLists } from './sdk/baseLists.ts'
