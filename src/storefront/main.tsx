/** @module Starts the shop: continues from the prerendered page, or renders the requested one. */
import { StrictMode, startTransition } from 'react'
import { createRoot, hydrateRoot } from 'react-dom/client'
import { Router } from 'wouter'
import { App } from './App.tsx'
import { hideChoices } from './address.ts'
import { readFirstPage } from './firstPage.ts'
import { takeHistory } from './history.ts'
import { keepScroll } from './navigation.ts'
import { startPersonalizer } from './personalizer.ts'
import { takeOverPictures } from './pictures.ts'
import { followChoices } from './preferences.ts'
import { collectEntries } from './wire/requests.ts'
import { followLanguage, language } from './words/words.ts'

export async function openShop(root: HTMLElement): Promise<void> {
  await followLanguage()
  hideChoices()
  followChoices(document.documentElement)
  keepScroll()
  collectEntries()
  const first = readFirstPage(document)
  takeOverPictures(document)
  takeHistory(first?.history)
  const shop = (
    // React requires that the first rendering equals the prerendered page. So it uses the address that the page was
    // rendered for, without the shopper's choices.
    <Router ssrPath={first?.path}>
      <StrictMode>
        <App first={first} start={startPersonalizer} />
      </StrictMode>
    </Router>
  )
  // If the screen shows a prerendered page or the shop's empty frame, both in English, React hydrates it in slices, so
  // that a slow phone can respond in between.
  const outlined = root.querySelector('main[aria-busy]') !== null
  if ((first || outlined) && language.get() === 'en')
    startTransition(() => void hydrateRoot(root, shop))
  else createRoot(root).render(shop)
  pressAgain(root)
}

/**
 * Repeats clicks on buttons that didn't work yet. A click makes React hydrate the part of the page around the button
 * first.
 */
function pressAgain(root: HTMLElement): void {
  root.dataset.open = ''
  for (const button of root.querySelectorAll<HTMLElement>('[data-pressed]')) {
    delete button.dataset.pressed
    button.click()
  }
}
