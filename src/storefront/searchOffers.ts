/**
 * @module What the search box offers: empty, this shopper's last searches, as the personalizer keeps and
 * forgets them, and departments; else what the letters may become: searches, departments, products.
 */
import { startTransition, useDeferredValue, useEffect, useMemo, useState } from 'react'
import type { Item, Personalizer } from '../index.ts'
import { usePersonalizer } from '../react.ts'
import { highlight } from '../search.ts'
import {
  type Catalog,
  categoryPath,
  type Department,
  departmentText,
  productPath,
  searchPath,
  titleOf,
} from './catalog.ts'
import type { Search } from './search/found.ts'
import { useShop } from './shop.ts'
import { words } from './words/words.ts'

export interface Offer {
  /** No two offers have the same. */
  readonly href: string
  readonly text: string
  /** Of a product. */
  readonly item?: Item
}

export interface Offers {
  /** What can't be chosen; empty for none. */
  readonly note: string
  readonly groups: readonly { readonly title: string; readonly offers: readonly Offer[] }[]
}

const SEARCHES = 5
const DEPARTMENTS = 6
const DEPARTMENTS_TYPED = 3
const PRODUCTS = 5
/** Of these words, as many. */
const MEANINGS = 2
/** As many as have five families among them, but for the largest. */
const FOUND = 30
/** Of the beginning of a department's word. */
const LEAST_LETTERS = 3

const searchOffer = (text: string): Offer => ({ href: searchPath(text), text })
const departmentOffer = ({ name }: Pick<Department, 'name'>): Offer => ({
  href: categoryPath(name),
  text: departmentText(name),
})
const productOffer = (item: Item): Offer => ({
  href: productPath(item),
  text: titleOf(item),
  item,
})

/** Those with a word that begins so. */
export function departmentsBegun({ departments }: Catalog, query: string): readonly Department[] {
  const asked = query.toLowerCase()
  if (asked.length < LEAST_LETTERS) return []
  return departments.filter(({ name }) =>
    name.split(' ').some((word) => word.toLowerCase().startsWith(asked)),
  )
}

/**
 * Products are those of the words that the last one may become: "kitch" is nearer to "witch" than to "kitchen". Where
 * no product has all words, searches are what the nearest products do have.
 */
async function offersFor(query: string, catalog: Catalog, search: Search): Promise<Offers> {
  const asked = query.toLowerCase()
  const { suggestions: texts } = await search({ query, limit: 0, suggestions: SEARCHES })
  const begin = texts.includes(asked) ? [] : texts.filter((text) => text.startsWith(asked))
  const meanings = begin.length > 0 ? begin.slice(0, MEANINGS) : [query]
  const answers = await Promise.all(meanings.map((text) => search({ query: text, limit: FOUND })))
  const hits = answers.flatMap((answer) => answer.hits)
  const whole = hits[0]?.complete ?? false
  const items = hits.flatMap(({ id }) => catalog.get(id) ?? [])
  const near = hits.map(({ terms }, at) => {
    const pieces = highlight(titleOf(items[at]), terms).filter(({ hit }) => hit)
    return pieces.map(({ text }) => text.toLowerCase()).join(' ')
  })
  const searches = whole ? texts : near
  const begun = departmentsBegun(catalog, query).slice(0, DEPARTMENTS_TYPED)
  const popular = hits.length === 0 ? catalog.departments.slice(0, DEPARTMENTS) : []
  const { suggestions, meant, nothing, partly, products, browse } = words.search
  return {
    note: hits.length === 0 ? nothing(query) : whole ? '' : partly(query),
    groups: [
      {
        title: whole ? suggestions : meant,
        offers: [...new Set(searches)]
          .filter((text) => text !== asked && text !== '')
          .slice(0, SEARCHES)
          .map(searchOffer),
      },
      { title: words.departments, offers: begun.map(departmentOffer) },
      { title: products, offers: oneOfEach(items).slice(0, PRODUCTS).map(productOffer) },
      {
        title: browse,
        offers: popular.filter((one) => !begun.includes(one)).map(departmentOffer),
      },
    ],
  }
}

/** Of variants, the best match. */
function oneOfEach(items: readonly Item[]): readonly Item[] {
  const seen = new Set<string>()
  return items.filter(({ id, groupId = id }) => !seen.has(groupId) && seen.add(groupId))
}

/** @param text as it is typed; null where nothing is to be offered. @returns null while there is nothing to show */
export function useOffers(text: string | null): Offers | null {
  const typed = useDeferredValue(text?.trim() ?? null)
  const { catalog } = useShop()
  const answered = useAnswer(typed ?? '', catalog)
  const searches = useLastSearches(usePersonalizer(), text !== null)
  const offers = useMemo(() => {
    if (typed === null) return null
    if (typed !== '') return answered ?? { note: words.search.looking, groups: [] }
    // Not the departments first, to be pushed down by what comes after.
    if (searches === null) return null
    const browse = catalog.departments.slice(0, DEPARTMENTS).map(departmentOffer)
    return {
      note: '',
      groups: [
        { title: words.search.recent, offers: searches.map(searchOffer) },
        { title: words.search.browse, offers: browse },
      ],
    }
  }, [typed, answered, searches, catalog])
  // The deferred text follows a little later.
  return text === null ? null : offers
}

/** The last one stays until the next is there; null before the first. */
function useAnswer(typed: string, catalog: Catalog): Offers | null {
  const [offers, setOffers] = useState<Offers | null>(null)
  // As much of it as a first page knows has too few products.
  const wanted = typed !== '' && catalog.enoughFor === null
  useEffect(() => {
    if (!wanted) return
    let left = false
    void offersFor(typed, catalog, catalog.search).then((ready) => {
      if (!left) startTransition(() => setOffers(ready))
    })
    return () => {
      left = true
    }
  }, [typed, wanted, catalog])
  return offers
}

/** Newest first, each once; asked for anew with each visit to the box. */
function useLastSearches(
  personalizer: Personalizer | null,
  wanted: boolean,
): readonly string[] | null {
  const [searches, setSearches] = useState<readonly string[] | null>(null)
  useEffect(() => {
    if (!wanted) return
    let left = false
    personalizer?.events({ limit: 500 }).then(
      (events) => {
        if (left) return
        const asked = events.flatMap((event) => (event.query !== undefined ? [event.query] : []))
        setSearches([...new Set(asked)].slice(0, SEARCHES))
      },
      // Closed meanwhile: there is nothing to offer.
      () => setSearches([]),
    )
    return () => {
      left = true
      // What was forgotten meanwhile must not flash up.
      setSearches(null)
    }
  }, [personalizer, wanted])
  return personalizer ? searches : []
}
