/** @module Frame of every page, and the routes from the shop's addresses to its pages. */
import { type MouseEvent, memo, Suspense, useDeferredValue } from 'react'
import { Route, Switch, useLocation } from 'wouter'
import { samePath } from './catalog.ts'
import { laterPage } from './later.tsx'
import { Arrival } from './navigation.ts'
import { Basket } from './pages/Basket.tsx'
import { Category } from './pages/Category.tsx'
import { Home } from './pages/Home.tsx'
import { NotFound } from './pages/NotFound.tsx'
import { Product } from './pages/Product.tsx'
import { Search } from './pages/Search.tsx'
import { Footer } from './parts/Footer.tsx'
import { Header } from './parts/Header.tsx'
import { Outline } from './parts/Opening.tsx'
import { useShop } from './shop.ts'
import { Passing } from './story/Passing.tsx'
import { words } from './words/words.ts'

const Checkout = laterPage(() => import('./pages/Checkout.tsx').then((page) => page.Checkout))
const Wishlist = laterPage(() => import('./pages/Wishlist.tsx').then((page) => page.Wishlist))
const Orders = laterPage(() => import('./pages/Orders.tsx').then((page) => page.Orders))
const SideBySide = laterPage(() => import('./pages/SideBySide.tsx').then((page) => page.SideBySide))
const FastForward = laterPage(() =>
  import('./pages/FastForward.tsx').then((page) => page.FastForward),
)
const Play = laterPage(() => import('./pages/Play.tsx').then((page) => page.Play))
const Console = laterPage(() => import('./pages/Console.tsx').then((page) => page.Console))

export function Frame() {
  const { catalog, unavailable } = useShop()
  const { enoughFor } = catalog
  // React first updates what a click changes at once, and renders the new page in slices afterwards, so that the next
  // click isn't delayed.
  const [path] = useLocation()
  const shown = useDeferredValue(path)
  return (
    <>
      {/* biome-ignore lint/a11y/useValidAnchor: it leads within the page, as the address can't say */}
      <a className="skip" href="#main" onClick={skip}>
        {words('skip')}
      </a>
      <Header />
      <main id="main" tabIndex={-1}>
        {unavailable && <p className="notice">{words('unavailable')}</p>}
        <Pages path={shown} ready={enoughFor === null || samePath(shown, enoughFor)} />
      </main>
      {/* The page `/play` itself shows what changed, and a note would cover that. */}
      {shown !== '/play' && <Passing path={shown} />}
      <Footer />
    </>
  )
}

/** Moves the focus to the content. A link to `#main` would replace the fragment, which has the shopper's choices. */
function skip(event: MouseEvent): void {
  event.preventDefault()
  document.getElementById('main')?.focus()
}

interface PagesProps {
  readonly path: string
  /** Whether the page's products have loaded. */
  readonly ready: boolean
}

const Pages = memo(function Pages({ path, ready }: PagesProps) {
  return (
    <Suspense fallback={<div className="page" />}>
      {ready ? <Page path={path} /> : <Outline />}
      <Arrival path={ready ? path : null} />
    </Suspense>
  )
})

function Page({ path }: { readonly path: string }) {
  return (
    <Switch location={path}>
      <Route path="/" component={Home} />
      <Route path="/category/:name">{({ name }) => <Category name={plain(name)} />}</Route>
      <Route path="/product/:id">{({ id }) => <Product id={plain(id)} />}</Route>
      <Route path="/search" component={Search} />
      <Route path="/basket" component={Basket} />
      <Route path="/checkout" component={Checkout} />
      <Route path="/wishlist" component={Wishlist} />
      <Route path="/orders" component={Orders} />
      <Route path="/side-by-side" component={SideBySide} />
      <Route path="/fast-forward" component={FastForward} />
      <Route path="/play" component={Play} />
      <Route path="/console" component={Console} />
      <Route component={NotFound} />
    </Switch>
  )
}

/** Decodes a part of an address, because the router doesn't decode characters such as `&`, `/`, `?`. */
function plain(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    // A malformed address matches no product or department, which the page then reports.
    return part
  }
}
