/** @module The list below the search box. The box keeps the focus and refers to the active option. */

import type { Item } from '@nearside/core/catalog/item.ts'
import { type ComponentType, type MouseEvent, useEffect } from 'react'
import { priceText } from '../lists/itemText.ts'
import { usePersonalizationContext } from '../react/context.ts'
import type { Offer, Offers } from './offers.ts'

export const offerId = (id: string, { href }: Offer): string => `${id} ${href}`.replace(/\s/g, '-')

export function SearchOffers(props: {
  readonly id: string
  readonly label: string
  readonly offers: Offers
  /** Active suggestion; null while the box itself is active. */
  readonly chosen: Offer | null
  readonly itemComponent?: ComponentType<{ readonly item: Item }>
  readonly onFollow: (offer: Offer) => void
  /** Whether the shop follows a suggestion's link itself, without loading another document. */
  readonly stays: boolean
}) {
  const { id, label, chosen, itemComponent: Shown = Product, onFollow, stays } = props
  const { note, groups } = props.offers
  useEffect(() => {
    if (chosen) document.getElementById(offerId(id, chosen))?.scrollIntoView({ block: 'nearest' })
  }, [id, chosen])
  const addresses = groups.flatMap(({ offers }) => offers.map(({ href }) => href)).join('\n')

  function follow(event: MouseEvent, offer: Offer): void {
    // With these keys the browser handles the click: new tab, new window, download.
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.button !== 0)
      return
    if (stays) event.preventDefault()
    onFollow(offer)
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a press must not take the focus from the box
    <div className="ns-offers" onMouseDown={(event) => event.preventDefault()}>
      <p role="status" className={note ? 'ns-offers-note' : 'ns-visually-hidden'}>
        {note}
      </p>
      {/* Other offers get another key and so a new list: no line moves from place to place. */}
      <div key={addresses} role="listbox" id={id} aria-label={label}>
        {groups
          .filter(({ offers }) => offers.length > 0)
          .map(({ title, offers }) => (
            // biome-ignore lint/a11y/useSemanticElements: a group of options, not of fields
            <div key={title} role="group" aria-label={title} className="ns-offers-group">
              <p aria-hidden="true">{title}</p>
              {offers.map((offer) => (
                <a
                  key={offer.href}
                  id={offerId(id, offer)}
                  href={offer.href}
                  className={offer.item ? 'ns-offer ns-offer-item' : 'ns-offer'}
                  role="option"
                  aria-selected={offer === chosen}
                  tabIndex={-1}
                  onClick={(event) => follow(event, offer)}
                >
                  {offer.item ? <Shown item={offer.item} /> : offer.text}
                </a>
              ))}
            </div>
          ))}
      </div>
    </div>
  )
}

function Product({ item }: { readonly item: Item }) {
  const { locale } = usePersonalizationContext()
  return (
    <>
      {item.image ? <img src={item.image} alt="" width={48} height={48} /> : <span />}
      <span>{item.title ?? item.id}</span>
      {item.price !== undefined && <b>{priceText(item, locale)}</b>}
    </>
  )
}
