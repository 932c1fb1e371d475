/** @module Bottom of every page. */
import { memo } from 'react'
import { words } from '../words/words.ts'
import { Languages } from './Languages.tsx'
import { Link } from './Link.tsx'
import { SHOP_NAME } from './Page.tsx'

export const Footer = memo(function Footer() {
  return (
    <footer className="footer">
      <div>
        <p className="footer-name">{SHOP_NAME}</p>
        <p>{words.footer.demonstration}</p>
        <Languages />
      </div>
      <nav aria-label={words.footer.about}>
        <ul>
          <li>
            <Link href="/console">{words.console}</Link>
          </li>
          <li>
            <Link href="/side-by-side">{words.sideBySide}</Link>
          </li>
          <li>
            <Link href="/fast-forward">{words.fastForward}</Link>
          </li>
          <li>
            <Link href="/wishlist">{words.footer.wishlist}</Link>
          </li>
          <li>
            <Link href="/orders">{words.yourOrders}</Link>
          </li>
          <li>
            <Link href="/basket">{words.footer.basket}</Link>
          </li>
        </ul>
      </nav>
    </footer>
  )
})
