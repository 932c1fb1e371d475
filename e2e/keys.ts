/** @module Uses the shop by keyboard alone: finds the focus, checks that it is visible, and moves it. */
import { expect, type Locator, type Page } from 'playwright/test'
import { forYou, learnsFrom, openShop } from './shop.ts'

const MOST_STEPS = 250

/** Presses Tab until the element has the focus. At each stop the focus must be visible. */
export async function tabTo(page: Page, target: Locator, key = 'Tab'): Promise<void> {
  await target.waitFor()
  for (let step = 0; step < MOST_STEPS; step++) {
    if (await hasFocus(target)) {
      await expectFocusShown(page)
      return
    }
    await page.keyboard.press(key)
  }
  throw new Error(`${key} never reached ${target}`)
}

/** Moves the focus to the element and presses the key. */
export async function press(page: Page, target: Locator, key = 'Enter'): Promise<void> {
  await tabTo(page, target)
  await page.keyboard.press(key)
}

const hasFocus = (target: Locator): Promise<boolean> =>
  target.evaluate((element) => element === document.activeElement)

/** Expects a focus ring around the element, its parent or its grandparent, inside the window and covered by nothing. */
async function expectFocusShown(page: Page): Promise<void> {
  // The browser scrolls to the focused element only in the next animation frame.
  const shown = () =>
    page.evaluate(() => {
      const active = document.activeElement
      if (!(active instanceof HTMLElement) || active === document.body)
        return 'nothing has the focus'
      let ringed = false
      for (let at: HTMLElement | null = active, up = 0; at && up < 3; at = at.parentElement, up++) {
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(at)
        const outline = outlineStyle !== 'none' && Number.parseFloat(outlineWidth) > 0
        if (outline || (up === 0 && boxShadow !== 'none')) ringed = true
      }
      if (!ringed) return `no ring on ${active.outerHTML.slice(0, 120)}`
      const { top, bottom, left, right } = active.getBoundingClientRect()
      const inside = bottom > 0 && top < innerHeight && right > 0 && left < innerWidth
      if (inside) return 'shown'
      const scrolls: string[] = []
      for (let at: Element | null = active; at; at = at.parentElement)
        if (at.scrollTop > 0 || at.matches('dialog, :root')) {
          const { x, y, width, height } = at.getBoundingClientRect()
          const name = `${at.tagName}.${at.className}`
          scrolls.push(`${name} at ${[x, y, width, height]}, scrolled by ${at.scrollTop}`)
        }
      const place = `${[left, top, right, bottom]} of ${[innerWidth, innerHeight]}`
      return `out of sight at ${place} (${scrolls.join('; ')}): ${active.outerHTML.slice(0, 120)}`
    })
  await expect.poll(shown).toBe('shown')
}

/** Expects a new page's heading to have the focus, because reading continues there. */
export async function expectPage(page: Page, name: string | RegExp): Promise<void> {
  await expect(page.getByRole('heading', { level: 1, name })).toBeFocused()
}

export const link = (page: Page, name: string | RegExp) =>
  page.getByRole('main').getByRole('link', { name }).first()
export const button = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name }).first()

export const textOf = async (part: Locator): Promise<string> => (await part.textContent()) ?? ''

/** Opens a product by its link on the home page, and waits until the device has learned from the view. */
export async function lookByKeys(page: Page): Promise<void> {
  await openShop(page)
  const card = forYou(page).locator('[data-item]').nth(1)
  const title = await textOf(card.locator('.card-title'))
  await press(page, card)
  await expectPage(page, title)
  await expect(page.getByRole('heading', { name: 'Often bought together' })).toBeVisible()
  await learnsFrom(page, 1)
}
