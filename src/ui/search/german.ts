/** @module The strings of search box and choices in German. */
import type { SearchLabels } from './labels.ts'

/** The strings of search box and facets in German, for their `labels`. */
export const SEARCH_GERMAN: SearchLabels = {
  box: 'Artikel suchen',
  recent: 'Letzte Suchen',
  browse: 'In Kategorien stöbern',
  categories: 'Kategorien',
  products: 'Artikel',
  suggestions: 'Vorschläge',
  meant: 'Meinten Sie',
  looking: 'Es wird gesucht …',
  nothing: (query) => `Kein Artikel passt zu „${query}“.`,
  partly: (query) => `Kein Artikel passt zu allem in „${query}“. Diese kommen dem am nächsten.`,

  filter: 'Filtern',
  chosen: (n) => `Filtern (${n} gewählt)`,
  clear: 'Alle Filter aufheben',
  all: (n) => `Alle ${n}`,
  count: (n) => `${n} Artikel`,
  category: 'Kategorie',
  brand: 'Marke',
  price: 'Preis',
  under: (price) => `Unter ${price}`,
  between: (low, high) => `${low} bis ${high}`,
  over: (price) => `Ab ${price}`,
  availability: 'Verfügbarkeit',
  inStock: 'Auf Lager',
  soldOut: 'Ausverkauft',
}
