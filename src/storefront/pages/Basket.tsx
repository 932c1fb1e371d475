/** @module `/basket`: products, quantities, total. */

import { useId, useState } from 'react'
import {
  basket,
  MAX_QUANTITY,
  type PricedLine,
  priced,
  putBack,
  removeFromBasket,
  setQuantity,
  sumOf,
} from '../basket.ts'
import { productPath, titleOf } from '../catalog.ts'
import { Link } from '../parts/Link.tsx'
import { Outline } from '../parts/Opening.tsx'
import { Page } from '../parts/Page.tsx'
import { Picture } from '../parts/Picture.tsx'
import { Say } from '../parts/Say.tsx'
import { Popular, WithBasket } from '../parts/shelves.tsx'
import { useBestsellers, useShop } from '../shop.ts'
import { useSignal } from '../signal.ts'
import { money } from '../text.ts'
import { words } from '../words/words.ts'

interface Removed {
  readonly line: PricedLine
  readonly place: number
}

export function Basket() {
  const { capture, catalog } = useShop()
  const [removed, setRemoved] = useState<Removed | null>(null)
  const kept = useSignal(basket)
  const first = useBestsellers()
  const rendered = catalog.enoughFor !== null
  // Until the whole catalog has loaded, products of the basket can be missing, so placeholders show.
  if (rendered && kept.length > 0) return <Outline />
  const lines = priced(kept, catalog.get)
  const report = (name: 'add_to_cart' | 'remove_from_cart', { item, quantity }: PricedLine) =>
    capture({ name, items: [{ item_id: item.id, quantity, price: item.price }] })
  function remove(line: PricedLine, place: number) {
    removeFromBasket(line.id)
    report('remove_from_cart', line)
    setRemoved({ line, place })
  }
  function undo({ line, place }: Removed) {
    putBack(line, place)
    report('add_to_cart', line)
    setRemoved(null)
    // The pressed button is gone, so the focus moves to the heading.
    document.querySelector<HTMLElement>('main h1')?.focus()
  }
  const gone = removed && (
    <RemovedLine
      key={`removed ${removed.line.id}`}
      line={removed.line}
      onUndo={() => undo(removed)}
    />
  )
  if (lines.length === 0) {
    return (
      <Page title={words('basket.title')}>
        {gone && <ul className="lines">{gone}</ul>}
        {/* The prerendered page shows an empty basket, although this shopper's basket can have products. */}
        <div className="basket-empty" aria-busy={rendered}>
          <p className="empty">
            <Say text={words('basket.empty')} />
          </p>
          <Popular initialItems={first} early />
        </div>
      </Page>
    )
  }
  return (
    <Page title={words('basket.title')}>
      <div className="basket">
        <ul className="lines">
          {lines
            .map((line, place) => (
              <Line key={line.id} line={line} onRemove={() => remove(line, place)} />
            ))
            .toSpliced(removed?.place ?? lines.length, 0, ...(gone ? [gone] : []))}
        </ul>
        <aside className="summary" aria-label={words('basket.summary')}>
          <p className="summary-total">
            <span>{words('total')}</span> <strong>{money(sumOf(lines))}</strong>
          </p>
          <Link className="button button-strong" href="/checkout">
            {words('basket.checkout')}
          </Link>
          <p className="small">{words('basket.demonstration')}</p>
        </aside>
      </div>
      <WithBasket items={lines.map(({ id }) => id)} />
    </Page>
  )
}

interface RemovedLineProps {
  readonly line: PricedLine
  readonly onUndo: () => void
}

/** Moves the focus to the removed line, not to its "Undo" button: Enter after a typed 0 would press "Undo" at once. */
const focusAtOnce = (line: HTMLLIElement | null) => line?.focus()

function RemovedLine({ line, onUndo }: RemovedLineProps) {
  const id = useId()
  return (
    <li className="line line-removed" tabIndex={-1} ref={focusAtOnce}>
      <span id={id}>{words('basket.removed', { title: titleOf(line.item) })}</span>
      <button type="button" className="button" aria-describedby={id} onClick={onUndo}>
        {words('undo')}
      </button>
    </li>
  )
}

interface LineProps {
  readonly line: PricedLine
  readonly onRemove: () => void
}

function Line({ line, onRemove }: LineProps) {
  const { item, quantity } = line
  const title = titleOf(item)
  return (
    <li className="line">
      <Picture item={item} size={96} alt="" />
      <div className="line-text">
        <Link href={productPath(item)}>{title}</Link>
        <span className="small">
          {words('basket.each', { price: money(item.price ?? 0, item.currency) })}
        </span>
      </div>
      <label className="quantity">
        <span className="visually-hidden">{words('basket.quantityOf', { title })}</span>
        <input
          type="number"
          min={0}
          max={MAX_QUANTITY}
          value={quantity}
          onChange={({ target: { valueAsNumber } }) =>
            valueAsNumber === 0 ? onRemove() : setQuantity(item.id, valueAsNumber)
          }
        />
      </label>
      <span className="line-total">{money(line.total, item.currency)}</span>
      <button
        type="button"
        className="button"
        aria-label={words('basket.removeThis', { title })}
        onClick={onRemove}
      >
        {words('basket.remove')}
      </button>
    </li>
  )
}
