/**
 * @module `/checkout` is a checkout that is marked as a demonstration. It captures one `purchase` event and asks for no
 * personal data.
 */
import { useEffect, useRef, useState } from 'react'
import { basket, type PricedLine, priced, sumOf } from '../basket.ts'
import { titleOf } from '../catalog.ts'
import { placeOrder } from '../orders.ts'
import { Link } from '../parts/Link.tsx'
import { Page } from '../parts/Page.tsx'
import { Say } from '../parts/Say.tsx'
import { ForYou, Popular } from '../parts/shelves.tsx'
import { useShop } from '../shop.ts'
import { useSignal } from '../signal.ts'
import { money } from '../text.ts'
import { words } from '../words/words.ts'

export function Checkout() {
  const { catalog, capture } = useShop()
  const lines = priced(useSignal(basket), catalog.get)
  const [bought, setBought] = useState<readonly PricedLine[] | null>(null)

  function buy() {
    capture({
      name: 'purchase',
      items: lines.map(({ item, quantity }) => ({ item_id: item.id, quantity, price: item.price })),
    })
    placeOrder(lines, Date.now())
    setBought(lines)
    basket.set([])
  }

  if (bought) return <Thanks lines={bought} />
  if (lines.length === 0) {
    return (
      <Page title={words('checkout.title')}>
        <p className="empty">
          <Say text={words('basket.empty')} />
        </p>
        <Popular />
      </Page>
    )
  }
  return (
    <Page title={words('checkout.title')}>
      <div className="checkout">
        <p className="notice">
          <Say text={words('checkout.demonstration')} />
        </p>
        <Summary lines={lines} />
        <p className="checkout-actions">
          <button type="button" className="button button-strong" onClick={buy}>
            {words('checkout.place')}
          </button>
          <Link href="/basket">{words('checkout.back')}</Link>
        </p>
      </div>
    </Page>
  )
}

function Thanks({ lines }: { readonly lines: readonly PricedLine[] }) {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    box.current?.parentElement?.querySelector<HTMLElement>('h1')?.focus()
  }, [])
  return (
    <Page title={words('checkout.thanks')}>
      <div className="checkout" ref={box}>
        <p>{words('checkout.placed', { total: money(sumOf(lines)) })}</p>
        <Summary lines={lines} />
        <p className="checkout-actions">
          <Link className="button button-strong" href="/">
            {words('checkout.backToShop')}
          </Link>
          <Link href="/orders">{words('yourOrders')}</Link>
        </p>
      </div>
      <ForYou />
    </Page>
  )
}

function Summary({ lines }: { readonly lines: readonly PricedLine[] }) {
  return (
    <table className="order">
      <caption className="visually-hidden">{words('checkout.order')}</caption>
      <thead>
        <tr>
          <th scope="col">{words('checkout.product')}</th>
          <th scope="col">{words('quantity')}</th>
          <th scope="col">{words('checkout.price')}</th>
        </tr>
      </thead>
      <tbody>
        {lines.map(({ item, quantity, total }) => (
          <tr key={item.id}>
            <td>{titleOf(item)}</td>
            <td>{quantity}</td>
            <td>{money(total, item.currency)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row" colSpan={2}>
            {words('total')}
          </th>
          <td>{money(sumOf(lines))}</td>
        </tr>
      </tfoot>
    </table>
  )
}
