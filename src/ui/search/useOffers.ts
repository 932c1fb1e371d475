/** @module The suggestions below the search box while the shopper types. */

import type { Personalizer } from '@nearside/browser/api.ts'
import type { AskSearch } from '@nearside/core/search/searchAmong.ts'
import { startTransition, useDeferredValue, useEffect, useMemo, useState } from 'react'
import { type Offered, type Offers, offersBefore, offersFor, SEARCHES } from './offers.ts'

/**
 * @param text typed text; null to suggest nothing
 * @param shop needs a stable reference, otherwise the hook searches endlessly
 * @returns null while there is nothing to show
 */
export function useOffers(
  text: string | null,
  shop: Offered,
  search: AskSearch | null,
  personalizer: Personalizer | null,
): Offers | null {
  const typed = useDeferredValue(text?.trim() ?? null)
  const answered = useAnswer(typed ?? '', shop, search)
  const searches = useLastSearches(personalizer, text !== null)
  const offers = useMemo(() => {
    if (typed === null) return null
    if (typed !== '') return answered ?? { note: shop.words('looking'), groups: [] }
    // The box waits for the recent searches, because late ones would push the categories down.
    return searches && offersBefore(shop, searches)
  }, [typed, answered, searches, shop])
  const empty = offers?.note === '' && offers.groups.every((group) => group.offers.length === 0)
  // Check `text` here, because `typed` lags a little behind it, and suggestions must disappear at once.
  return text === null || empty ? null : offers
}

/** Latest answer, which stays until the next answer arrives; null before the first. */
function useAnswer(typed: string, shop: Offered, search: AskSearch | null): Offers | null {
  const [offers, setOffers] = useState<Offers | null>(null)
  useEffect(() => {
    if (typed === '' || !search) return
    let left = false
    void offersFor(typed, shop, search).then((ready) => {
      if (!left) startTransition(() => setOffers(ready))
    })
    return () => {
      left = true
    }
  }, [typed, shop, search])
  return offers
}

/** The shopper's recent searches, newest first, each once. The searches are read each time the box gets the focus. */
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
      // The personalizer has been closed, so there are no searches to suggest.
      () => setSearches([]),
    )
    return () => {
      left = true
      // Drop the recent searches when the box loses the focus, so that a search that is forgotten meanwhile doesn't
      // appear again for a moment.
      setSearches(null)
    }
  }, [personalizer, wanted])
  return personalizer ? searches : []
}
