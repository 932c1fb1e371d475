/** @module `/orders`: the demo orders of this device, newest first. */
import { useState } from 'react'
import type { Item } from '../../index.ts'
import { addToBasket } from '../basket.ts'
import { isSold, productPath, titleOf } from '../catalog.ts'
import { type OrderLine, orders, type PlacedOrder, totalOf } from '../orders.ts'
import { refused, unsent } from '../outbox.ts'
import { Link } from '../parts/Link.tsx'
import { Page } from '../parts/Page.tsx'
import { Picture } from '../parts/Picture.tsx'
import { Say } from '../parts/Say.tsx'
import { SignIn } from '../parts/SignIn.tsx'
import { ForYou } from '../parts/shelves.tsx'
import { useShop } from '../shop.ts'
import { useSignal } from '../signal.ts'
import { ME, who } from '../stored.ts'
import { formatLater, money } from '../text.ts'
import { words } from '../words/words.ts'

export function Orders() {
  const placed = useSignal(orders)
  const isMe = useSignal(who) === ME
  return (
    <Page title={words('yourOrders')}>
      {placed.length === 0 ? (
        <p className="empty">
          <Say text={words('orders.empty')} />
        </p>
      ) : (
        <p className="lead">{words('orders.lead')}</p>
      )}
      {/* Past orders belong to the shopper, also while the shopper shops for somebody else. */}
      {isMe && <SignIn />}
      {placed.length > 0 && (
        <ul className="orders">
          {placed.map((order) => (
            <li key={order.number}>
              <Order order={order} />
            </li>
          ))}
        </ul>
      )}
      <ForYou />
    </Page>
  )
}

const day = formatLater(
  (locale) => new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short' }),
)

function Order({ order }: { readonly order: PlacedOrder }) {
  const { catalog, capture } = useShop()
  const [said, setSaid] = useState('')
  const id = `order-${order.number}`
  const isWaiting = useSignal(unsent).includes(order.id ?? '')
  const isRefused = useSignal(refused).includes(order.id ?? '')
  const known = order.lines.flatMap((line) => {
    const item = catalog.get(line.id)
    return item ? [{ line, item }] : []
  })
  const sold = known.filter(({ item }) => isSold(item))

  function again() {
    for (const { line } of sold) addToBasket(line.id, line.quantity)
    capture({
      name: 'add_to_cart',
      items: sold.map(({ line: { quantity }, item }) => ({
        item_id: item.id,
        quantity,
        price: item.price,
      })),
    })
    const gone = known.length - sold.length
    setSaid(gone > 0 ? words('orders.butFor', { n: gone }) : words('orders.all'))
  }

  return (
    <article className="past-order" aria-labelledby={id}>
      <div className="past-order-head">
        <h2 id={id}>{words('orders.order', { number: order.number })}</h2>
        <p className="small">
          <time dateTime={new Date(order.time).toISOString()}>{day(order.time)}</time>
        </p>
        {isWaiting && <p className="past-order-waits">{words('orders.waits')}</p>}
        {isRefused && <p className="past-order-waits">{words('orders.refused')}</p>}
        <p className="past-order-total">{money(totalOf(order))}</p>
      </div>
      <ul>
        {known.map(({ line, item }) => (
          <Line key={item.id} line={line} item={item} />
        ))}
      </ul>
      {known.length < order.lines.length && (
        <p className="small">{words('orders.gone', { n: order.lines.length - known.length })}</p>
      )}
      <div className="past-order-foot">
        <button
          type="button"
          className="button"
          aria-label={words('orders.againThis', { number: order.number })}
          disabled={sold.length === 0}
          onClick={again}
        >
          {words('orders.again')}
        </button>
        <span role="status">
          {said && (
            <>
              {said} <Link href="/basket">{words('goToBasket')}</Link>
            </>
          )}
        </span>
      </div>
    </article>
  )
}

function Line({ line, item }: { readonly line: OrderLine; readonly item: Item }) {
  return (
    <li className="past-line">
      <Picture item={item} size={56} alt="" />
      <Link href={productPath(item)}>{titleOf(item)}</Link>
      <span className="past-line-price">
        {line.quantity} × {money(line.price, item.currency)}
      </span>
    </li>
  )
}
