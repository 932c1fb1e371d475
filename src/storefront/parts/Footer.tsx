/** @module Bottom of every page. */
import { memo } from 'react'
import { Link } from './Link.tsx'
import { SHOP_NAME } from './Page.tsx'

export const Footer = memo(function Footer() {
  return (
    <footer className="footer">
      <div>
        <p className="footer-name">{SHOP_NAME}</p>
        <p>
          A demonstration shop: nothing is sold, no payment is taken. Products and prices come from
          the open UCI Online Retail log (CC0).
        </p>
      </div>
      <nav aria-label="About">
        <ul>
          <li>
            <Link href="/console">Privacy console</Link>
          </li>
          <li>
            <Link href="/side-by-side">Side by side</Link>
          </li>
          <li>
            <Link href="/fast-forward">Fast-forward</Link>
          </li>
          <li>
            <Link href="/wishlist">Wishlist</Link>
          </li>
          <li>
            <Link href="/orders">Your orders</Link>
          </li>
          <li>
            <Link href="/basket">Basket</Link>
          </li>
        </ul>
      </nav>
    </footer>
  )
})
