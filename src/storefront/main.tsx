/** @module Opens the shop: goes on from the home page as it was rendered, or draws the page that was asked for. */
import { StrictMode, startTransition } from 'react'
import { createRoot, hydrateRoot } from 'react-dom/client'
import { App } from './App.tsx'
import { readFirstPage } from './firstPage.ts'
import { keepScroll } from './navigation.ts'
import { keepForOffline } from './offline.ts'
import { startPersonalizer } from './personalizer.ts'
import { followChoices } from './preferences.ts'

export function openShop(root: HTMLElement): void {
  followChoices(document.documentElement)
  keepScroll()
  const first = location.pathname === '/' ? readFirstPage(document) : null
  const shop = (
    <StrictMode>
      <App first={first} start={startPersonalizer} />
    </StrictMode>
  )
  // What was rendered when the shop was built is on screen, the home page or the outline of another;
  // React takes it over in slices, so that a slow phone answers meanwhile.
  const outlined = root.querySelector('main[aria-busy]') !== null
  if (first || outlined) startTransition(() => void hydrateRoot(root, shop))
  else createRoot(root).render(shop)
  if (import.meta.env.PROD) keepForOffline()
}
