/** @module The list of a department or search: products that the shop selects, shown in portions. */
import { memo, useDeferredValue, useRef, useSyncExternalStore } from 'react'
import type { Item } from '../../index.ts'
import { useChoices } from '../address.ts'
import { useShop } from '../shop.ts'
import { words } from '../words/words.ts'
import { Outlines } from './Outlines.tsx'
import { Card } from './ProductCard.tsx'

/** Number of products shown at first, and added by each press of "Show more". */
export const PAGE = 24
/** Maximum number of products on the first screen. */
const FIRST_SCREEN = 8

interface StockListProps {
  readonly items: readonly Item[]
  readonly label: string
  /** False until the order is known. Until then only placeholders show, so that no product moves. */
  readonly settled: boolean
  readonly termsOf?: (id: string) => readonly string[] | undefined
}

/** Renders the list. The address has the number of shown products, so that "back" restores the page. */
export const StockList = memo(function StockList(props: StockListProps) {
  const { items, label, settled, termsOf } = props
  const { catalog } = useShop()
  const [choices, choose] = useChoices()
  const shown = Math.max(PAGE, Number(choices.get('show')) || 0)
  const list = useRef<HTMLUListElement>(null)
  // Render the first screen at once and the other products a moment later, because a slow phone takes long for all.
  const rendered = useSyncExternalStore(never, isScript, isRendered)
  const whole = useDeferredValue(settled, settled && rendered)
  const cards = whole ? shown : Math.min(shown, FIRST_SCREEN)

  function more() {
    const first = shown
    choose((next) => next.set('show', String(shown + PAGE)), { replace: true })
    // The button may be gone, so move the focus to the first new product.
    requestAnimationFrame(() => list.current?.querySelectorAll('a')[first]?.focus())
  }

  return (
    <>
      <ul
        className="grid"
        ref={list}
        aria-label={label}
        aria-busy={!settled || catalog.enoughFor !== null}
      >
        {settled ? (
          <>
            {items.slice(0, cards).map((item, place) => (
              <li key={item.id} className="grid-item">
                <Card item={item} early={place < FIRST_SCREEN} terms={termsOf?.(item.id)} />
              </li>
            ))}
            <Outlines count={Math.max(0, Math.min(shown, items.length) - cards)} />
          </>
        ) : (
          <Outlines count={Math.min(shown, items.length)} />
        )}
      </ul>
      {items.length > shown && (
        <p className="more">
          <button type="button" className="button" onClick={more}>
            {words('list.more', { n: Math.min(PAGE, items.length - shown), of: items.length })}
          </button>
        </p>
      )}
    </>
  )
})

const never = () => () => {}
const isScript = () => false
/** Snapshot while prerendering and hydrating: the cards are those of the rendered page. */
const isRendered = () => true
