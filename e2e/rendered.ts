/** @module Reads prerendered pages for tests. */
import { expect, type Page } from 'playwright/test'
import { comesToRest } from './shop.ts'

/**
 * Markup of a part of the page, without what may differ from the prerendered page: `aria-busy`, late pictures, cards'
 * menus, placeholders of shelves.
 */
export const shown = (page: Page, part = '#shop') =>
  page.locator(part).evaluate((shown) => {
    const copy = shown.cloneNode(true) as Element
    for (const busy of copy.querySelectorAll('[aria-busy]')) busy.removeAttribute('aria-busy')
    // Pictures below the first screen are removed, because they load after the page.
    for (const late of copy.querySelectorAll('.picture img:not([data-picture])')) late.remove()
    // A card's menu does nothing without the shop's script, so the menu loads after the list.
    for (const menu of copy.querySelectorAll('.ns-menu')) menu.remove()
    for (const held of copy.querySelectorAll('.held')) held.remove()
    return copy.innerHTML
      .replaceAll('<!--$-->', '')
      .replaceAll('<!--/$-->', '')
      .replaceAll('<!-- -->', '')
  })

/** Collects all messages in the page's console, and uncaught errors. */
export function listen(page: Page): string[] {
  const said: string[] = []
  page.on('console', (message) => said.push(message.text()))
  page.on('pageerror', (error) => said.push(String(error)))
  return said
}

/** Item ids of the lists in a part of the page, in order. */
export const idsIn = (page: Page, part: string) =>
  page
    .locator(`${part} [data-item]`)
    .evaluateAll((cards) => cards.map((card) => card.getAttribute('data-item')))

/**
 * Opens a page as a returning shopper, and expects the same list from the first paint on, without layout shift.
 * @param list selector of the list's container
 */
export async function expectOneList(page: Page, address: string, list: string): Promise<void> {
  const said = listen(page)
  // Records every card that is ever visible in the list, from the first paint on.
  await page.addInitScript((list) => {
    const seen: string[][] = []
    const moved = { shift: 0 }
    Object.assign(window, { seen, moved })
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number })[])
        moved.shift += entry.value
    }).observe({ type: 'layout-shift', buffered: true })
    const look = () => {
      const ids = [...document.querySelectorAll<HTMLElement>(`${list} [data-item]`)]
        .filter((card) => card.checkVisibility({ visibilityProperty: true }))
        .map((card) => card.dataset.item ?? '')
      const last = seen.at(-1)
      if (ids.length > 0 && ids.join() !== last?.join()) seen.push(ids)
      requestAnimationFrame(look)
    }
    look()
  }, list)
  await page.goto(address)
  await expect(page.locator(`${list} ul.grid`)).toHaveAttribute('aria-busy', 'false')
  await comesToRest(page)
  const own = await idsIn(page, list)
  const { seen, shift } = await page.evaluate(() => {
    const { seen, moved } = window as unknown as { seen: string[][]; moved: { shift: number } }
    return { seen, shift: moved.shift }
  })
  expect(seen).toEqual([own])
  expect(shift).toBeLessThan(0.02)
  expect(said).toEqual([])
}
