/** @module The package's list widgets in the shop's clothes: a row that scrolls on a phone. */
import { useMemo } from 'react'
import {
  BoughtTogether,
  type LayoutComponentProps,
  Recommendations,
  type RecommendationsProps,
  RelatedItems,
  useBoughtTogether,
} from '../../react.ts'
import { order } from '../preferences.ts'
import { useSignal } from '../signal.ts'
import { labels } from '../words/words.ts'
import { PlainCard, ProductCard } from './ProductCard.tsx'

/** Products on a shelf: one row on a desktop. */
const SHELF = 6

type ListProps = LayoutComponentProps & { readonly className: string }

const List = ({ children, loading, className }: ListProps) => (
  <ul className={className} aria-busy={loading}>
    {children}
  </ul>
)
const Shelf = (props: LayoutComponentProps) => <List {...props} className="shelf" />
const ShelfWithReasons = (props: LayoutComponentProps) => (
  <List {...props} className="shelf with-reasons" />
)
const GridWithReasons = (props: LayoutComponentProps) => (
  <List {...props} className="grid with-reasons" />
)

export function ForYou({ limit = 12, ...rest }: RecommendationsProps) {
  return (
    <Recommendations
      limit={limit}
      order={useSignal(order)}
      itemComponent={ProductCard}
      layoutComponent={GridWithReasons}
      {...rest}
    />
  )
}

export function Popular({
  excludeIds,
  initialItems,
}: Pick<RecommendationsProps, 'excludeIds' | 'initialItems'>) {
  return (
    <Recommendations
      title={labels.popular}
      limit={SHELF}
      order="base"
      excludeIds={excludeIds}
      initialItems={initialItems}
      itemComponent={ProductCard}
      layoutComponent={ShelfWithReasons}
    />
  )
}

interface AboutProps {
  readonly item: string
  readonly title?: string
  readonly excludeIds?: readonly string[]
}

export function Similar({ item, title = labels.similar, excludeIds }: AboutProps) {
  return (
    <RelatedItems
      item={item}
      title={title}
      limit={SHELF}
      order={useSignal(order)}
      excludeIds={excludeIds}
      itemComponent={PlainCard}
      layoutComponent={Shelf}
    />
  )
}

/** Both shelves of a product page: what the first shows, the second leaves out. */
export function Companions({ item }: { readonly item: string }) {
  const together = useBoughtTogether(item, { limit: SHELF, order: useSignal(order) })
  const shown = useMemo(() => together.items.map(({ id }) => id), [together.items])
  return (
    <>
      <Together item={item} />
      <Similar item={item} excludeIds={shown} />
    </>
  )
}

export function Together({ item }: AboutProps) {
  return (
    <BoughtTogether
      item={item}
      limit={SHELF}
      order={useSignal(order)}
      itemComponent={PlainCard}
      layoutComponent={Shelf}
    />
  )
}
