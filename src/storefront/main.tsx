/** @module Opens the shop: goes on from the page as it was rendered, or draws the one that was asked for. */
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
import { followLanguage, language } from './words/words.ts'

export async function openShop(root: HTMLElement): Promise<void> {
  await followLanguage()
  hideChoices()
  followChoices(document.documentElement)
  keepScroll()
  const first = readFirstPage(document)
  takeOverPictures(document)
  takeHistory(first?.history)
  const shop = (
    // It begins with the address that the page was rendered for, which had no choices in it.
    <Router ssrPath={first?.path}>
      <StrictMode>
        <App first={first} start={startPersonalizer} />
      </StrictMode>
    </Router>
  )
  // What was rendered when the shop was built is on screen, in English: a page or the outline of another;
  // React takes it over in slices, so that a slow phone answers meanwhile.
  const outlined = root.querySelector('main[aria-busy]') !== null
  if ((first || outlined) && language.get() === 'en')
    startTransition(() => void hydrateRoot(root, shop))
  else createRoot(root).render(shop)
  pressAgain(root)
}

/** Buttons that were pressed while nothing listened yet; React takes their part of the page over at once. */
function pressAgain(root: HTMLElement): void {
  root.dataset.open = ''
  for (const button of root.querySelectorAll<HTMLButtonElement>('button[data-pressed]')) {
    delete button.dataset.pressed
    button.click()
  }
}
