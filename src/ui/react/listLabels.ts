/** @module Every string that a list shows, in English; the panel's are in `labels.ts`. */

import type { ErrorCode } from '../../core/error.ts'
import type { Signal } from '../../device/api.ts'

export const count = (n: number, one: string) => `${n} ${one}${n === 1 ? '' : 's'}`

const DID: Readonly<Record<Signal, (title: string) => string>> = {
  viewed: (title) => `looked at ${title}`,
  wished: (title) => `put ${title} on your wishlist`,
  basket: (title) => `put ${title} in the basket`,
  bought: (title) => `bought ${title}`,
}

/** By an error's code, or what it begins with. */
const TROUBLE: Readonly<Record<string, string>> = {
  engine: 'Learning failed; what was learned stays.',
  model: 'No newer lists could be had.',
  storage: 'Not everything could be kept.',
  'storage-corrupt': 'Something that was kept in this browser can’t be read any more.',
}

export const ENGLISH_LISTS = {
  forYou: 'For you',
  similar: 'Similar items',
  boughtTogether: 'Often bought together',
  /** Announced to screen readers. */
  listUpdated: (title: string) => `${title}: list updated`,

  because: (title: string, signal: Signal) => `Because you ${DID[signal](title)}`,
  did: (title: string, signal: Signal) => `You ${DID[signal](title)}`,
  /** Instead of a title, for an item that the shop no longer has. */
  something: 'something',
  similarTo: (title: string) => `Similar to ${title}`,
  boughtWith: (title: string) => `Often bought with ${title}`,
  searched: (query: string) => `You searched for “${query}”`,
  goesWithSearch: (query: string) => `Goes with your search for “${query}”`,
  'bought-before': 'You bought this before',
  category: (category: string) => `You like ${category}`,
  taste: 'Close to what you like lately',
  /** Of several things that make a taste, the one that counts most. */
  goesWith: (title: string) => `Goes with ${title}`,
  context: (name: string, value: string) => `Often chosen now (${name}: ${value})`,
  offer: 'Below its usual price',
  new: 'New in this shop',
  popular: 'Popular with all shoppers',
  'shop-order': 'In the shop’s own order',
  /** Something failed: what it means for the shopper. */
  trouble: (code: ErrorCode) =>
    TROUBLE[code] ?? TROUBLE[code.split('-')[0]] ?? 'Something failed; the shop goes on.',
  higher: (places: number) => `${count(places, 'place')} higher than in the shop’s order`,
  lower: (places: number) => `${count(places, 'place')} lower than in the shop’s order`,
}

/** Strings, and functions that put names and numbers into one. */
export type ListLabels = Readonly<typeof ENGLISH_LISTS>
