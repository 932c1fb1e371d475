/** @module Room for a shelf that a returning shopper is about to get, so that nothing below it moves. */

const outlines = Array.from({ length: 6 }, (_, place) => (
  // biome-ignore lint/suspicious/noArrayIndexKey: outlines have no identity
  <li key={place} className="ns-skeleton" />
))

export function HeldShelf() {
  return (
    <section className="held" aria-hidden="true">
      <div className="held-title" />
      <ul className="shelf shelf-fixed">{outlines}</ul>
    </section>
  )
}
