/** @module The strings of lists in English; the panel's strings are in `labels.ts`. */

import type { ErrorCode } from '@nearside/core/error.ts'
import type { Signal } from '@nearside/core/ranking/apiLists.ts'

export const count = (n: number, one: string) => `${n} ${one}${n === 1 ? '' : 's'}`

const DID: Readonly<Record<Signal, (title: string) => string>> = {
  viewed: (title) => `looked at ${title}`,
  wished: (title) => `put ${title} on your wishlist`,
  basket: (title) => `put ${title} in your basket`,
  bought: (title) => `bought ${title}`,
}

/** Text by error code, or by the start of a code. */
const TROUBLE: Readonly<Record<string, string>> = {
  engine: 'Learning failed. What was learned before is kept.',
  model: 'Newer lists could not be loaded.',
  storage: 'Not everything could be saved.',
  terms: 'Nothing is shared: this shop’s servers would hide your update too badly.',
  'storage-corrupt': 'Something stored in this browser can no longer be read.',
}

export const ENGLISH_LISTS = {
  forYou: 'For you',
  similar: 'Similar items',
  boughtTogether: 'Often bought together',
  recentlyViewed: 'Recently viewed',
  buyAgain: 'Buy again',
  newForYou: 'New for you',
  onYourMind: 'On your mind',
  bestSellers: 'Best sellers',
  newArrivals: 'New arrivals',
  basket: 'Goes with your basket',
  dearer: 'Similar, at a higher price',
  /** Announcement for screen readers. */
  listUpdated: (title: string) => `${title}: list updated`,

  /**
   * Number of stored actions that shape the lists, with the same words in the shop's header, the panel and the
   * console.
   */
  learnedFrom: (actions: number) =>
    actions === 0 ? 'Nothing learned yet' : `Learned from ${count(actions, 'action')}`,
  learningPaused: 'Learning is paused',
  resume: 'Resume learning',

  because: (title: string, signal: Signal) => `Because you ${DID[signal](title)}`,
  did: (title: string, signal: Signal) => `You ${DID[signal](title)}`,
  /** Replaces the title of an item that the shop no longer has. */
  something: 'another product',
  similarTo: (title: string) => `Similar to ${title}`,
  boughtWith: (title: string) => `Often bought with ${title}`,
  searched: (query: string) => `You searched for “${query}”`,
  'bought-before': 'You’ve bought this before',
  category: (category: string) => `You’ve been browsing ${category}`,
  taste: 'Because of your recent picks',
  context: (name: string, value: string) => `Popular right now (${name}: ${value})`,
  offer: 'Below its usual price',
  new: 'New in this shop',
  popular: 'A best seller',
  chosen: 'Chosen by the shop',
  'shop-order': 'In the shop’s usual order',
  /** Meaning of an error for the shopper. */
  trouble: (code: ErrorCode) =>
    TROUBLE[code] ?? TROUBLE[code.split('-')[0]] ?? 'Something went wrong; the shop still works.',
  higher: (places: number) => `${count(places, 'place')} higher than for everyone`,
  lower: (places: number) => `${count(places, 'place')} lower than for everyone`,
}

/** Strings, and functions that insert names and numbers. */
export type ListLabels = Readonly<typeof ENGLISH_LISTS>
