/** @module The list below the search box. The box keeps the focus and says which of it is chosen. */
import { useEffect } from 'react'
import type { Offer, Offers } from '../searchOffers.ts'
import { money } from '../text.ts'
import { words } from '../words/words.ts'
import { Link } from './Link.tsx'
import { Picture } from './Picture.tsx'

export const OFFERS_ID = 'search-offers'

/** Of the option's element. */
export const offerId = ({ href }: Offer): string => OFFERS_ID + href

interface SearchOffersProps {
  readonly offers: Offers
  /** Null where the box itself is. */
  readonly chosen: Offer | null
  /** One was followed. */
  readonly onFollow: (offer: Offer) => void
}

export function SearchOffers({ offers: { note, groups }, chosen, onFollow }: SearchOffersProps) {
  useEffect(() => {
    if (chosen) document.getElementById(offerId(chosen))?.scrollIntoView({ block: 'nearest' })
  }, [chosen])
  const addresses = groups.flatMap(({ offers }) => offers.map(({ href }) => href)).join('\n')
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a press must not take the focus from the box
    <div className="search-offers" onMouseDown={(event) => event.preventDefault()}>
      <p role="status" className={note ? 'search-note' : 'visually-hidden'}>
        {note}
      </p>
      {/* For other letters it is another list, not the same one whose lines have moved. */}
      <div key={addresses} role="listbox" id={OFFERS_ID} aria-label={words.search.suggestions}>
        {groups
          .filter(({ offers }) => offers.length > 0)
          .map(({ title, offers }) => (
            // biome-ignore lint/a11y/useSemanticElements: a group of options, not of fields
            <div key={title} role="group" aria-label={title}>
              <p aria-hidden="true">{title}</p>
              {offers.map((offer) => (
                <Link
                  key={offer.href}
                  id={offerId(offer)}
                  href={offer.href}
                  role="option"
                  aria-selected={offer === chosen}
                  tabIndex={-1}
                  onClick={() => onFollow(offer)}
                >
                  <Shown offer={offer} />
                </Link>
              ))}
            </div>
          ))}
      </div>
    </div>
  )
}

function Shown({ offer: { text, item } }: { readonly offer: Offer }) {
  if (!item) return text
  return (
    <>
      <Picture item={item} size={48} alt="" />
      <span lang="en-GB">{text}</span>
      {item.price !== undefined && <b>{money(item.price, item.currency)}</b>}
    </>
  )
}
