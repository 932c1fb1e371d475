import { memo } from 'react'
import { words } from '../words/words.ts'
import { Languages } from './Languages.tsx'
import { Link } from './Link.tsx'
import { SHOP_NAME } from './Page.tsx'

export const Footer = memo(function Footer() {
  const links = [
    ['/console', words('console')],
    ['/play', words('play')],
    ['/side-by-side', words('sideBySide')],
    ['/fast-forward', words('fastForward')],
    ['/wishlist', words('footer.wishlist')],
    ['/orders', words('yourOrders')],
    ['/basket', words('footer.basket')],
  ]
  return (
    <footer className="footer">
      <div>
        <p className="footer-name">{SHOP_NAME}</p>
        <p>{words('footer.demonstration')}</p>
        <Languages />
      </div>
      <nav aria-label={words('footer.about')}>
        <ul>
          {links.map(([href, name]) => (
            <li key={href}>
              <Link href={href}>{name}</Link>
            </li>
          ))}
        </ul>
      </nav>
    </footer>
  )
})
