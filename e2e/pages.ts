/** @module Visits every page of the shop, for checks that cover all pages. */
import { expect, type Page } from 'playwright/test'

/** Address of each page → element that must be there before the check. */
const PAGES: Readonly<Record<string, string>> = {
  '/': '.for-you [aria-busy="false"] [data-item]',
  '/category/Candles%20%26%20Fragrance#price=1-3': 'main [data-item]',
  '/search#q=zzzzzz': 'main [data-item]',
  '/search': 'main [data-item]',
  '/basket': '.line',
  '/checkout': '.order',
  '/orders': '.past-order',
  '/wishlist': 'main .grid [data-item]',
  '/side-by-side': '.compare-row .move',
  '/play': '.play-tap',
  '/fast-forward': '.choice-card',
  '/console': '.ns-console table',
  '/no-such-page': 'main [data-item]',
}

/** Navigates like a link, so that all pages belong to one visit. */
export async function go(page: Page, address: string): Promise<void> {
  await page.evaluate((to) => history.pushState(null, '', to), address)
}

/** Visits every page as a shopper who has orders, a wishlist and a basket. */
export async function eachPage(
  page: Page,
  more: Readonly<Record<string, string>>,
  judge: (address: string) => Promise<void>,
): Promise<void> {
  for (const [address, ready] of Object.entries({ ...PAGES, ...more })) {
    await go(page, address)
    await page.locator(ready).first().waitFor()
    await judge(address)
  }
}

/** Visits pages that are empty for a new visitor. */
export async function eachEmptyPage(
  page: Page,
  judge: (page: Page, what: string) => Promise<void>,
): Promise<void> {
  for (const address of ['/basket', '/checkout', '/orders', '/wishlist', '/side-by-side']) {
    await go(page, address)
    await expect(page.getByRole('heading', { level: 1 })).toBeFocused()
    await judge(page, `${address}, empty`)
  }
}
