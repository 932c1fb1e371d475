/** @module `/basket`: products, quantities, total. */

import {
  basket,
  MAX_QUANTITY,
  type PricedLine,
  priced,
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

export function Basket() {
  const { catalog } = useShop()
  const kept = useSignal(basket)
  const first = useBestsellers()
  const rendered = catalog.enoughFor !== null
  // The products of the basket's lines are still loading.
  if (rendered && kept.length > 0) return <Outline />
  const lines = priced(kept, catalog.get)
  if (lines.length === 0) {
    return (
      <Page title={words('basket.title')}>
        {/* The prerendered page shows an empty basket, which may not be this shopper's. */}
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
          {lines.map((line) => (
            <Line key={line.id} line={line} />
          ))}
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

function Line({ line }: { readonly line: PricedLine }) {
  const { capture } = useShop()
  const { item, quantity } = line
  const title = titleOf(item)
  function remove() {
    removeFromBasket(item.id)
    capture({
      name: 'remove_from_cart',
      items: [{ item_id: item.id, quantity, price: item.price }],
    })
    // The removed line had the focus, so move it to the heading.
    document.querySelector<HTMLElement>('main h1')?.focus()
  }
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
          min={1}
          max={MAX_QUANTITY}
          value={quantity}
          onChange={(event) => setQuantity(item.id, event.target.valueAsNumber)}
        />
      </label>
      <span className="line-total">{money(line.total, item.currency)}</span>
      <button
        type="button"
        className="button"
        aria-label={words('basket.removeThis', { title })}
        onClick={remove}
      >
        {words('basket.remove')}
      </button>
    </li>
  )
}
