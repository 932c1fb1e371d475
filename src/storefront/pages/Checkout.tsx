/** @module `/checkout`: a demonstration that says so; one `purchase` event, no personal data. */
import { useEffect, useRef, useState } from 'react'
import { basket, type PricedLine, priced, sumOf } from '../basket.ts'
import { titleOf } from '../catalog.ts'
import { placeOrder } from '../orders.ts'
import { Link } from '../parts/Link.tsx'
import { Page } from '../parts/Page.tsx'
import { ForYou } from '../parts/shelves.tsx'
import { useShop } from '../shop.ts'
import { useSignal } from '../signal.ts'
import { money } from '../text.ts'

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
      <Page title="Checkout">
        <p className="empty">
          There is nothing to check out. <Link href="/">Back to the shop</Link>
        </p>
      </Page>
    )
  }
  return (
    <Page title="Checkout">
      <div className="checkout">
        <p className="notice">
          <strong>This is a demonstration.</strong> No payment is taken, nothing is delivered, and
          no name, address or card is asked for. Placing the order tells the shelves on this device
          what you bought; it is sent to nobody.
        </p>
        <Summary lines={lines} />
        <p className="checkout-actions">
          <button type="button" className="button button-strong" onClick={buy}>
            Place demo order
          </button>
          <Link href="/basket">Back to basket</Link>
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
    <Page title="Thank you" heading="Thank you">
      <div className="checkout" ref={box}>
        <p>
          Your demo order of {money(sumOf(lines))} is placed. No payment was taken. Your shelves
          have already noticed.
        </p>
        <Summary lines={lines} />
        <p className="checkout-actions">
          <Link className="button button-strong" href="/">
            Back to the shop
          </Link>
          <Link href="/orders">Your orders</Link>
        </p>
      </div>
      <ForYou limit={6} />
    </Page>
  )
}

function Summary({ lines }: { readonly lines: readonly PricedLine[] }) {
  return (
    <table className="order">
      <caption className="visually-hidden">Order</caption>
      <thead>
        <tr>
          <th scope="col">Product</th>
          <th scope="col">Quantity</th>
          <th scope="col">Price</th>
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
            Total
          </th>
          <td>{money(sumOf(lines))}</td>
        </tr>
      </tfoot>
    </table>
  )
}
