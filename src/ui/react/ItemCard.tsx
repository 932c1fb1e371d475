/** @module Default card of a recommended item. A shop may pass its own card as `itemComponent`. */
import { type Item, isBadge } from '@nearside/core/catalog/item.ts'
import type { Recommendation } from '@nearside/core/ranking/apiLists.ts'
import { movedText, priceText, ratingText, reasonText, usualPriceText } from '../lists/itemText.ts'
import { usePersonalizationContext } from './context.ts'

/** Props of a shop’s own card. `TItem` is the type of the shop's products. */
export interface ItemComponentProps<TItem extends Item = Item> {
  /** Product to show: the object in the provider's `items`, or a copy with the sale's price while a `sale` runs. */
  readonly item: TItem
  /** Rank and reason of the item. */
  readonly recommendation: Recommendation
  /** Position of the item in the list as shown, from 1. */
  readonly position: number
  /** Callback for a shop's own card: call it when the shopper follows the item's link. */
  readonly onSelect: () => void
}

/** The title's link covers the whole card. */
export function ItemCard({ item, recommendation, onSelect }: ItemComponentProps) {
  const { linkTo, locale, words } = usePersonalizationContext()
  const badge = recommendation.badge ?? item.badge
  const usual = usualPriceText(item, locale)
  const rating = ratingText(item, words, locale)
  return (
    <article className="ns-card" data-item={item.id}>
      {item.image && (
        <img
          className="ns-card-image"
          src={item.image}
          alt=""
          width={240}
          height={240}
          loading="lazy"
        />
      )}
      {isBadge(badge) && <p className="ns-card-badge">{badge}</p>}
      <a className="ns-card-link" href={linkTo(item)} onClick={onSelect}>
        {item.title ?? item.id}
      </a>
      {rating && (
        <p className="ns-card-rating">
          <span aria-hidden="true">{rating.short}</span>
          <span className="ns-visually-hidden">{rating.long}</span>
        </p>
      )}
      {item.price !== undefined && (
        <p className="ns-card-price">
          {priceText(item, locale)}
          {usual && (
            <>
              <span className="ns-visually-hidden"> {words('offer')}</span> <s>{usual}</s>
            </>
          )}
        </p>
      )}
      <WhyThis recommendation={recommendation} />
    </article>
  )
}

/** Shows one line with the reason ("Because you looked at …") and the number of places that the item moved. */
export function WhyThis({ recommendation }: { readonly recommendation: Recommendation }) {
  const { itemOf, words } = usePersonalizationContext()
  const moved = movedText(words, recommendation)
  return (
    <p className="ns-why">
      <span className="ns-why-reason">
        {reasonText(words, recommendation.reason, itemOf, recommendation.id)}
      </span>
      {moved && <span className="ns-why-moved">{` ${moved}`}</span>}
    </p>
  )
}
