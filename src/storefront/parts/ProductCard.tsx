/** @module Card of a product in a list: one link, and below it the reason why the product is listed. */
import { memo } from 'react'
import type { Item } from '../../index.ts'
import { type ItemComponentProps, WhyThis } from '../../react.ts'
import { highlight } from '../../search.ts'
import { isSold, productPath, titleOf } from '../catalog.ts'
import { useShop } from '../shop.ts'
import { count, money } from '../text.ts'
import { words } from '../words/words.ts'
import { Link } from './Link.tsx'
import { Picture } from './Picture.tsx'

interface CardProps {
  readonly item: Item
  readonly terms?: readonly string[]
  /** Whether the card is on the first screen. */
  readonly early?: boolean
  /** Number of positions by which the product is higher in the shopper's list than in everyone's list. */
  readonly rise?: number | null
}

const NO_TERMS: readonly string[] = []

/** Card of a product. The card is memoised, because lists are re-sorted often and most of their cards stay the same. */
export const Card = memo(function Card({ item, terms = NO_TERMS, early, rise }: CardProps) {
  const { capture } = useShop()
  return (
    <Link
      className="card"
      href={productPath(item)}
      data-item={item.id}
      onClick={() => capture({ name: 'select_item', item_id: item.id })}
    >
      <Picture item={item} size={240} alt="" early={early} />
      <span className="card-title" lang="en-GB">
        {highlight(titleOf(item), terms).map((piece, place) =>
          piece.hit ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no identity but their place
            <mark key={place}>{piece.text}</mark>
          ) : (
            unbroken(piece.text)
          ),
        )}
      </span>
      <span className="card-price">
        {item.price === undefined ? words('onRequest') : money(item.price, item.currency)}
        {!isSold(item) && <span className="card-sold"> {words('soldOut')}</span>}
      </span>
      {/* The badge comes last, so that the link's accessible name begins with the product. */}
      {rise && (
        <span className="rise">
          <span aria-hidden="true">▲ {count(rise)}</span>
          <span className="visually-hidden"> {words('higher', { n: count(rise) })}</span>
        </span>
      )}
    </Link>
  )
})

/** Prevents a line break after a single letter and its hyphen, e.g. in “T-Light”. */
function unbroken(text: string) {
  const [, before, word, after] = /^(.*?)(\b\w-\w+)(.*)$/.exec(text) ?? []
  if (word === undefined) return text
  return (
    <>
      {before}
      <span className="unbroken">{word}</span>
      {after}
    </>
  )
}

/** Card without a reason, for lists whose heading already gives it. */
export function PlainCard({ item }: ItemComponentProps) {
  return <Card item={item} />
}

export function ProductCard({ item, recommendation }: ItemComponentProps) {
  return (
    <>
      <Card item={item} />
      <WhyThis recommendation={recommendation} />
    </>
  )
}

/** Card with the reason, for the first screen. */
export function EarlyCard({ item, recommendation }: ItemComponentProps) {
  return (
    <>
      <Card item={item} early />
      <WhyThis recommendation={recommendation} />
    </>
  )
}
