/** @module Placeholders of products that are loading, so that nothing moves when the products appear. */

interface OutlinesProps {
  readonly count: number
  readonly className?: string
}

export function Outlines({ count, className = 'ns-skeleton' }: OutlinesProps) {
  return Array.from({ length: count }, (_, place) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: outlines have no identity
    <li key={place} className={className} aria-hidden="true" />
  ))
}

/** Placeholder of a shelf that a returning shopper is about to get. */
export function ShelfOutline() {
  return (
    <section className="held" aria-hidden="true">
      <div className="held-title" />
      <ul className="shelf shelf-fixed">
        <Outlines count={6} />
      </ul>
    </section>
  )
}
