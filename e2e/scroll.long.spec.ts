/** @module Tests scroll restoration: back and forward return to the old position, a new page starts at its top. */
import { expect, type Page, test } from 'playwright/test'
import { comesToRest } from './shop.ts'

const scrolled = (page: Page): Promise<number> => page.evaluate(() => Math.round(scrollY))

async function scrollPage(page: Page, top: number): Promise<void> {
  await page.evaluate((to) => scrollTo({ top: to, behavior: 'instant' }), top)
  await expect.poll(() => scrolled(page)).toBe(top)
}

test('back, forward and reload restore the scroll position in a long list and on a product’s page', async ({
  page,
}) => {
  await page.setViewportSize({ width: 390, height: 600 })
  await page.goto('/category/Christmas')
  const card = page.locator('main .grid [data-item]')
  await page.getByRole('button', { name: /^Show 24 more/ }).click()
  await expect(card.nth(40)).toBeAttached()
  // The test leaves the page before the browser fires `scroll`.
  const place = await card.nth(40).evaluate((product) => {
    product.scrollIntoView({ block: 'center', behavior: 'instant' })
    const place = Math.round(scrollY)
    if (product instanceof HTMLElement) product.click()
    return place
  })
  expect(place).toBeGreaterThan(1500)

  await expect(page.locator('article.product')).toBeVisible()
  expect(await scrolled(page)).toBe(0)
  await expect(page.getByRole('heading', { name: 'Similar items' })).toBeAttached()
  await scrollPage(page, 300)

  await page.goBack()
  await expect.poll(() => scrolled(page)).toBe(place)
  await expect(card.nth(40)).toBeInViewport()
  await page.goForward()
  await expect(page.locator('article.product')).toBeVisible()
  await expect.poll(() => scrolled(page)).toBe(300)
  await page.goBack()
  await expect.poll(() => scrolled(page)).toBe(place)
  await page.reload()
  await expect(card.nth(40)).toBeInViewport()
  await expect.poll(() => scrolled(page)).toBe(place)
})

test.describe('if the list comes late', () => {
  // The service worker is off, because it would deliver the list at once.
  test.use({ serviceWorkers: 'block' })

  test('a shopper who scrolls before the list arrives is not scrolled back', async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 600 })
    // The test uses a search, because departments are prerendered with their lists.
    await page.goto('/search#q=heart')
    const card = page.locator('main .grid [data-item]').nth(20)
    await card.scrollIntoViewIfNeeded()
    const place = await scrolled(page)
    await page.route('**/catalog.json', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 1500))
      await route.continue()
    })
    await page.reload()
    // The test waits for the shop's script; the page, still without its list, is then scrolled to its end.
    await page.waitForFunction(() =>
      Object.keys(document.getElementById('shop') ?? {}).some((key) => key.startsWith('__react')),
    )
    await page.mouse.move(200, 300)
    await page.mouse.wheel(0, -40)
    await expect.poll(() => scrolled(page)).toBeGreaterThan(0)
    await card.waitFor({ state: 'attached' })
    await comesToRest(page)
    expect(await scrolled(page)).toBeLessThan(place - 600)
  })
})
