/** @module The package's list widgets in the shop's style: a row that scrolls on a phone. */
import { type ReactNode, useMemo } from 'react'
import type { Item } from '../../index.ts'
import {
  BoughtTogether,
  BuyAgain,
  CompleteTheBasket,
  OnYourMind,
  Recommendations,
  type RecommendationsProps,
  RelatedItems,
  Trending,
} from '../../react.ts'
import { DISTINCT, SHELF } from '../firstPage.ts'
import { order } from '../preferences.ts'
import { useSignal } from '../signal.ts'
import { words } from '../words/words.ts'
import { EarlyCard, PlainCard, ProductCard } from './ProductCard.tsx'

interface LayoutProps {
  readonly children: ReactNode
  readonly loading: boolean
}

const List = ({ children, loading, className }: LayoutProps & { readonly className: string }) => (
  <ul className={className} aria-busy={loading}>
    {children}
  </ul>
)
const Shelf = (props: LayoutProps) => <List {...props} className="shelf" />
const FixedShelf = (props: LayoutProps) => <List {...props} className="shelf shelf-fixed" />
const FixedShelfWithReasons = (props: LayoutProps) => (
  <List {...props} className="shelf shelf-fixed with-reasons" />
)
const GridWithReasons = (props: LayoutProps) => <List {...props} className="grid with-reasons" />

/** Heading and list for this shopper. If the shopper chose “Everyone’s”, the list is the same for everybody. */
export function ForYou() {
  const chosen = useSignal(order)
  return (
    <Recommendations
      title={chosen === 'base' ? words('compare.everyones') : words('forYou')}
      limit={SHELF}
      order={chosen}
      itemComponent={ProductCard}
      layoutComponent={GridWithReasons}
    />
  )
}

/** The shelf has no initial items, so that it renders nothing until its list arrives. */
const NOTHING: readonly string[] = []
const OWN = {
  limit: SHELF,
  initialItems: NOTHING,
  itemComponent: ProductCard,
  layoutComponent: FixedShelfWithReasons,
} as const

/**
 * A list for a returning shopper, of products that they know: products to buy again, or products that they considered
 * before.
 */
export function Returning({ of }: { readonly of: 'again' | 'onYourMind' }) {
  const List = of === 'again' ? BuyAgain : OnYourMind
  return useSignal(order) === 'personal' && <List {...OWN} distinct={DISTINCT[of]} />
}

interface PopularProps extends Pick<RecommendationsProps, 'initialItems'> {
  /** Whether the shelf is on the first screen. */
  readonly early?: boolean
}

export function Popular({ initialItems, early = false }: PopularProps) {
  return (
    <Trending
      limit={SHELF}
      distinct={DISTINCT.popular}
      initialItems={initialItems}
      itemComponent={early ? EarlyCard : ProductCard}
      layoutComponent={FixedShelfWithReasons}
    />
  )
}

interface AboutProps {
  readonly item: string
  readonly title?: string
  readonly excludeIds?: readonly string[]
  readonly distinct?: number
}

const PLAIN = { limit: SHELF, itemComponent: PlainCard, layoutComponent: Shelf } as const

/** Options of a shelf whose cards are as wide as in a full row, even if the shelf has few. */
export const FIXED = { ...PLAIN, layoutComponent: FixedShelf } as const

export function Similar({ title = words('similar'), ...about }: AboutProps) {
  return <RelatedItems {...PLAIN} {...about} title={title} order={useSignal(order)} />
}

function Together(about: AboutProps) {
  return <BoughtTogether {...PLAIN} {...about} order={useSignal(order)} />
}

export function WithBasket(props: { readonly items: readonly string[] }) {
  return <CompleteTheBasket {...PLAIN} {...props} order={useSignal(order)} />
}

interface CompanionsProps {
  readonly item: string
  readonly shown: readonly Item[]
}

/** Both shelves of a product page. The second shelf leaves out products that the first shows. */
export function Companions({ item, shown }: CompanionsProps) {
  const variants = useMemo(() => shown.map(({ id }) => id), [shown])
  return (
    <>
      <Together item={item} excludeIds={variants} distinct={1} />
      <Similar item={item} excludeIds={variants} distinct={2} />
    </>
  )
}
