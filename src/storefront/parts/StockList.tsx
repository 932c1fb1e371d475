/** @module A list of the shop's own choosing, a page at a time: category and search results. */
import { useRef } from 'react'
import { useSearchParams } from 'wouter'
import type { Item } from '../../index.ts'
import { Card } from './ProductCard.tsx'

const PAGE = 24

interface StockListProps {
  readonly items: readonly Item[]
  readonly label: string
  readonly termsOf?: (id: string) => readonly string[] | undefined
}

/** How much is shown stands in the address, so that "back" finds the same page. */
export function StockList({ items, label, termsOf }: StockListProps) {
  const [params, setParams] = useSearchParams()
  const shown = Math.max(PAGE, Number(params.get('show')) || 0)
  const list = useRef<HTMLUListElement>(null)

  function more() {
    const first = shown
    setParams(
      (previous) => {
        previous.set('show', String(shown + PAGE))
        return previous
      },
      { replace: true },
    )
    // The button may be gone and with it the focus: go on at the first new product.
    requestAnimationFrame(() => list.current?.querySelectorAll('a')[first]?.focus())
  }

  return (
    <>
      <ul className="grid" ref={list} aria-label={label}>
        {items.slice(0, shown).map((item) => (
          <li key={item.id} className="grid-item">
            <Card item={item} terms={termsOf?.(item.id)} />
          </li>
        ))}
      </ul>
      {items.length > shown && (
        <p className="more">
          <button type="button" className="button" onClick={more}>
            Show {Math.min(PAGE, items.length - shown)} more of {items.length}
          </button>
        </p>
      )}
    </>
  )
}
