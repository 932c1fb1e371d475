/** @module Base lists for a shop's server: the lists that every new device starts with. */
export { type BaseLists, readBaseLists } from '@nearside/browser/page/baseLists.ts'
