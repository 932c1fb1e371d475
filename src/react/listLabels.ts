/** @module Every string that a list shows, in English; the panel's are in `labels.ts`. */

export const count = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`

export const ENGLISH_LISTS = {
  forYou: 'For you',
  similar: 'Similar items',
  boughtTogether: 'Often bought together',
  /** Announced to screen readers. */
  listUpdated: (title: string) => `${title}: list updated`,

  because: (title: string) => `Because you looked at ${title}`,
  becauseOfSomething: 'Because of something you looked at',
  searched: (query: string) => `You searched for “${query}”`,
  goesWithSearch: (query: string) => `Goes with your search for “${query}”`,
  boughtBefore: 'You bought this before',
  category: (category: string) => `You often look at ${category}`,
  taste: 'Close to what you like lately',
  moment: (name: string, value: string) => `Often chosen now (${name}: ${value})`,
  offer: 'Below its usual price',
  isNew: 'New in this shop',
  popular: 'Popular with all shoppers',
  higher: (places: number) => `${count(places, 'place', 'places')} higher than in the shop’s order`,
  lower: (places: number) => `${count(places, 'place', 'places')} lower than in the shop’s order`,
}

/** Strings, and functions that put names and numbers into one. */
export type ListLabels = Readonly<typeof ENGLISH_LISTS>
