/** @module Every page's frame and the shop's addresses. */
import { Route, Switch } from 'wouter'
import { useFocusOnNavigation } from './navigation.ts'
import { Basket } from './pages/Basket.tsx'
import { Category } from './pages/Category.tsx'
import { Checkout } from './pages/Checkout.tsx'
import { Console } from './pages/Console.tsx'
import { FastForward } from './pages/FastForward.tsx'
import { Home } from './pages/Home.tsx'
import { NotFound } from './pages/NotFound.tsx'
import { Orders } from './pages/Orders.tsx'
import { Product } from './pages/Product.tsx'
import { Search } from './pages/Search.tsx'
import { SideBySide } from './pages/SideBySide.tsx'
import { Wishlist } from './pages/Wishlist.tsx'
import { Footer } from './parts/Footer.tsx'
import { Header } from './parts/Header.tsx'
import { useShop } from './shop.ts'

export function Frame() {
  const { unavailable } = useShop()
  useFocusOnNavigation()
  return (
    <>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <Header />
      <main id="main" tabIndex={-1}>
        {unavailable && <p className="notice">{unavailable}</p>}
        <Switch>
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
          <Route path="/console" component={Console} />
          <Route component={NotFound} />
        </Switch>
      </main>
      <Footer />
    </>
  )
}

/** The router decodes an address but for what has a meaning in it: `&`, `/`, `?` … */
function plain(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    // Mistyped: it matches nothing, and the page says so.
    return part
  }
}
