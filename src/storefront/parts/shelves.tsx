/** @module The package's list widgets in the shop's clothes: a row that scrolls on a phone. */
import {
  BoughtTogether,
  type LayoutComponentProps,
  Recommendations,
  type RecommendationsProps,
  RelatedItems,
} from '../../react.ts'
import { order } from '../preferences.ts'
import { useStored } from '../stored.ts'
import { ProductCard } from './ProductCard.tsx'

function Shelf({ children, loading }: LayoutComponentProps) {
  return (
    <ul className="shelf" aria-busy={loading}>
      {children}
    </ul>
  )
}

function Grid({ children, loading }: LayoutComponentProps) {
  return (
    <ul className="grid" aria-busy={loading}>
      {children}
    </ul>
  )
}

export function ForYou({ limit = 12, ...rest }: RecommendationsProps) {
  return (
    <Recommendations
      title="For you"
      limit={limit}
      order={useStored(order)}
      itemComponent={ProductCard}
      layoutComponent={Grid}
      {...rest}
    />
  )
}

export function Popular({ exclude }: { readonly exclude?: readonly string[] }) {
  return (
    <Recommendations
      title="Popular with everybody"
      limit={6}
      order="base"
      exclude={exclude}
      itemComponent={ProductCard}
      layoutComponent={Shelf}
    />
  )
}

interface AboutProps {
  readonly item: string
  readonly title?: string
}

export function Similar({ item, title = 'Similar items' }: AboutProps) {
  return (
    <RelatedItems
      item={item}
      title={title}
      limit={6}
      order={useStored(order)}
      itemComponent={ProductCard}
      layoutComponent={Shelf}
    />
  )
}

export function Together({ item, title = 'Often bought together' }: AboutProps) {
  return (
    <BoughtTogether
      item={item}
      title={title}
      limit={6}
      order={useStored(order)}
      itemComponent={ProductCard}
      layoutComponent={Shelf}
    />
  )
}
