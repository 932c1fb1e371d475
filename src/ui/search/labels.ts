/** @module The strings of search box and choices in English. */
import { count } from '../react/listLabels.ts'

/** The strings of search box and facets in English. */
export const SEARCH_ENGLISH = {
  box: 'Search products',
  recent: 'Recent searches',
  browse: 'Browse categories',
  categories: 'Categories',
  products: 'Products',
  suggestions: 'Suggestions',
  /** Similar searches, for a text without results. */
  meant: 'Did you mean',
  looking: 'Searching…',
  nothing: (query: string) => `No products match “${query}”.`,
  partly: (query: string) => `No products match all of “${query}”. These come closest.`,

  filter: 'Filter',
  chosen: (n: number) => `Filter (${n} selected)`,
  clear: 'Clear all',
  all: (n: number) => `All ${n}`,
  /** Shown beside a choice, for screen readers. */
  count: (n: number) => count(n, 'product'),
  category: 'Category',
  brand: 'Brand',
  price: 'Price',
  under: (price: string) => `Under ${price}`,
  between: (low: string, high: string) => `${low} to ${high}`,
  over: (price: string) => `${price} and over`,
  availability: 'Availability',
  inStock: 'In stock',
  soldOut: 'Sold out',
}

/** Strings, and functions that insert names and numbers. */
export type SearchLabels = Readonly<typeof SEARCH_ENGLISH>
