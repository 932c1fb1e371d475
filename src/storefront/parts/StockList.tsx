/** @module A list of the shop's own choosing, a page at a time: category and search results. */
import { memo, useDeferredValue, useRef, useSyncExternalStore } from 'react'
import type { Item } from '../../index.ts'
import { useChoices } from '../address.ts'
import { useShop } from '../shop.ts'
import { words } from '../words/words.ts'
import { Outlines } from './Outlines.tsx'
import { Card } from './ProductCard.tsx'

/** Products that it begins with, and as many more each time. */
export const PAGE = 24
/** As many may be on the first screen. */
const FIRST_SCREEN = 8

interface StockListProps {
  readonly items: readonly Item[]
  readonly label: string
  /** False until their order is known: only their places show, so that nothing moves when it is. */
  readonly settled: boolean
  readonly termsOf?: (id: string) => readonly string[] | undefined
}

/** How much is shown stands in the address, so that "back" finds the same page. */
export const StockList = memo(function StockList(props: StockListProps) {
  const { items, label, settled, termsOf } = props
  const { catalog } = useShop()
  const [choices, choose] = useChoices()
  const shown = Math.max(PAGE, Number(choices.get('show')) || 0)
  const list = useRef<HTMLUListElement>(null)
  // A slow phone shows the first screen at once and the rest a moment later, in the same places.
  const rendered = useSyncExternalStore(never, isScript, isRendered)
  const whole = useDeferredValue(settled, settled && rendered)
  const cards = whole ? shown : Math.min(shown, FIRST_SCREEN)

  function more() {
    const first = shown
    choose((next) => next.set('show', String(shown + PAGE)), { replace: true })
    // The button may be gone and with it the focus: go on at the first new product.
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
            {words.list.more(Math.min(PAGE, items.length - shown), items.length)}
          </button>
        </p>
      )}
    </>
  )
})

const never = () => () => {}
const isScript = () => false
/** Where a page is rendered beforehand, and where the script goes on from it. */
const isRendered = () => true
