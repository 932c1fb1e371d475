/** @module Product list of a department or search. The page selects the products; the list shows them in portions. */
import { memo, useDeferredValue, useMemo, useRef, useSyncExternalStore } from 'react'
import type { Item, Recommendation } from '../../index.ts'
import { useAnswers } from '../../react.ts'
import { useChoices } from '../address.ts'
import { order } from '../preferences.ts'
import { useShop } from '../shop.ts'
import { useSignal } from '../signal.ts'
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
  /** False until the list's order is known; until then only placeholders show, so that no product moves. */
  readonly settled: boolean
  readonly termsOf?: (id: string) => readonly string[] | undefined
  /** Ranks and reasons of items, as ranked for the shopper. */
  readonly ranked?: readonly Recommendation[]
  /** Lines that say why an item is listed, if the lines are the same for all items. */
  readonly why?: readonly string[]
}

/** Recommendation of a product that no device has ranked. */
export const unranked = (id: string, place: number): Recommendation => ({
  id,
  score: 0,
  rank: place + 1,
  baseRank: Number.POSITIVE_INFINITY,
  reason: { kind: 'shop-order' },
})

/** Renders the list. The address has the number of shown products, so that "back" restores the page. */
export const StockList = memo(function StockList(props: StockListProps) {
  const { items, label, settled, termsOf, ranked, why } = props
  const { catalog } = useShop()
  const [choices, choose] = useChoices()
  const shown = Math.max(PAGE, Number(choices.get('show')) || 0)
  const list = useRef<HTMLUListElement>(null)
  // The first screen renders at once and the other products later, because a slow phone takes long to render all
  // products.
  const rendered = useSyncExternalStore(never, isScript, isRendered)
  const whole = useDeferredValue(settled, settled && rendered)
  const cards = whole ? shown : Math.min(shown, FIRST_SCREEN)

  const { itemsOf, failed } = useStockAnswers(items, why)
  const known = useMemo(() => new Map(ranked?.map((one) => [one.id, one])), [ranked])

  function more() {
    const first = list.current?.querySelectorAll('a').length ?? 0
    choose((next) => next.set('show', String(shown + PAGE)), { replace: true })
    // The pressed button is possibly gone, so the focus moves to the first new product.
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
            {itemsOf(
              items.slice(0, cards).map((item, at) => {
                const recommendation = known.get(item.id) ?? unranked(item.id, at)
                return { item, recommendation, position: at + 1 }
              }),
              ({ item }, place, menu) => (
                <li key={item.id} className="grid-item">
                  <Card item={item} early={place < FIRST_SCREEN} terms={termsOf?.(item.id)} />
                  {menu}
                </li>
              ),
            )}
            <Outlines count={Math.max(0, Math.min(shown, items.length) - cards)} />
          </>
        ) : (
          <Outlines count={Math.min(shown, items.length)} />
        )}
      </ul>
      {failed && (
        <p className="empty" role="alert">
          {words('trouble')}
        </p>
      )}
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

/**
 * The shopper's answers ("not for me") to products of a list that the page itself sorts. While the shop shows
 * everyone's ranking, no list accepts answers.
 */
export function useStockAnswers(items: readonly Item[], why?: readonly string[]) {
  const isPersonal = useSignal(order) === 'personal'
  const query = useMemo(
    () =>
      ({ kind: 'rerank', items: items.map(({ id }) => id), options: { soldOut: true } }) as const,
    [items],
  )
  return useAnswers(isPersonal ? query : null, why && (() => why))
}

const never = () => () => {}
const isScript = () => false
/** Snapshot for prerendering and hydration, when the page still shows the prerendered cards. */
const isRendered = () => true
