/** @module Lists that the shop itself keeps in this browser, in addition to the actions that the console shows. */
import { Link } from 'wouter'
import { basket, wishlist } from '../basket.ts'
import { orders } from '../orders.ts'
import { useSignal } from '../signal.ts'
import { words } from '../words/words.ts'

export function ShopKeeps() {
  const lists = [
    ['/basket', words('shopKeeps.basket'), useSignal(basket).length],
    ['/wishlist', words('footer.wishlist'), useSignal(wishlist).length],
    ['/orders', words('yourOrders'), useSignal(orders).length],
  ] as const
  return (
    <section className="reading" aria-labelledby="keeps">
      <h2 id="keeps">{words('shopKeeps.title')}</h2>
      <ul>
        {lists.map(([path, name, n]) => (
          <li key={path}>
            <Link href={path}>{name}</Link>: {n}
          </li>
        ))}
      </ul>
      <p>{words('shopKeeps.erase')}</p>
    </section>
  )
}
