/** @module Top of every page: name, search, sorting switch, side panel, theme switch, wishlist, basket, departments. */
import { memo, useRef } from 'react'
import { useLocation } from 'wouter'
import { basket, wishlist } from '../basket.ts'
import { categoryPath, departmentText, samePath } from '../catalog.ts'
import { theme, useDark } from '../preferences.ts'
import { useShop } from '../shop.ts'
import { useSignal } from '../signal.ts'
import { CutSign } from '../wire/Wire.tsx'
import { words } from '../words/words.ts'
import { Icon } from './Icon.tsx'
import { LearnedDrawer } from './LearnedDrawer.tsx'
import { Link } from './Link.tsx'
import { OrderSwitch } from './OrderSwitch.tsx'
import { SHOP_NAME } from './Page.tsx'
import { SearchBox } from './SearchBox.tsx'

/** The header. The header has no props and reads its own data, so that a page change doesn't render it again. */
export const Header = memo(function Header() {
  const lines = useSignal(basket)
  const wished = useSignal(wishlist)
  const count = lines.reduce((sum, line) => sum + line.quantity, 0)
  return (
    <header className="header">
      <div className="header-row">
        <Link href="/" className="brand">
          <Icon name="leaf" />
          <span>{SHOP_NAME}</span>
        </Link>
        <SearchBox />
        <div className="header-tools">
          <OrderSwitch />
          <LearnedDrawer />
          <CutSign />
        </div>
        <nav className="header-links" aria-label={words('header.yours')}>
          <ThemeButton />
          <Link
            href="/wishlist"
            className="icon-button"
            aria-label={words('header.wishlist', { n: wished.length })}
          >
            <Icon name="heart" />
            {wished.length > 0 && <span className="badge">{wished.length}</span>}
          </Link>
          <Link
            href="/basket"
            className="icon-button"
            aria-label={words('header.basket', { n: count })}
          >
            <Icon name="basket" />
            {count > 0 && <span className="badge">{count}</span>}
          </Link>
        </nav>
      </div>
      <div className="header-row header-second">
        <Departments />
      </div>
    </header>
  )
})

function Departments() {
  const { catalog } = useShop()
  const [path] = useLocation()
  const list = useRef<HTMLUListElement>(null)
  return (
    <nav className="departments-nav" aria-label={words('departments')}>
      <ul ref={list}>
        {catalog.departments.map(({ name }) => (
          <li key={name}>
            <Link
              href={categoryPath(name)}
              aria-current={samePath(path, categoryPath(name)) ? 'page' : undefined}
            >
              {departmentText(name)}
            </Link>
          </li>
        ))}
      </ul>
      {/* This button is for pointers only, because the keyboard and screen readers reach each link without it. */}
      <button
        type="button"
        className="icon-button departments-more"
        aria-hidden="true"
        tabIndex={-1}
        onClick={() => list.current && scrollOn(list.current)}
      >
        ›
      </button>
    </nav>
  )
}

/** Scrolls a row forward by most of its width; at the end, back to the start. */
function scrollOn(row: HTMLElement): void {
  const { clientWidth, scrollLeft, scrollWidth } = row
  const isAtEnd = Math.abs(scrollLeft) + clientWidth >= scrollWidth - 2
  const step = getComputedStyle(row).direction === 'rtl' ? -clientWidth : clientWidth
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches
  row.scrollTo({
    left: isAtEnd ? 0 : scrollLeft + 0.8 * step,
    behavior: still ? 'instant' : 'smooth',
  })
}

function ThemeButton() {
  const dark = useDark()
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={dark ? words('header.light') : words('header.dark')}
      onClick={() => theme.set(dark ? 'light' : 'dark')}
    >
      <Icon name={dark ? 'sun' : 'moon'} />
    </button>
  )
}
