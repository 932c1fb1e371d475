/** @module Tests what a page shows before anybody scrolls, on a phone, on a desktop, and at 400 % zoom. */
import { expect, type Locator, type Page, test } from 'playwright/test'
import { forYou, learnsFrom, openShop } from './shop.ts'

const PHONE = { width: 390, height: 844 }
const DESKTOP = { width: 1280, height: 800 }

/** Lower edge of the element, in pixels below the top of the screen. */
async function endOf(element: Locator): Promise<number> {
  const box = await element.boundingBox()
  return box ? box.y + box.height : Number.POSITIVE_INFINITY
}

const cards = (page: Page) => forYou(page).getByRole('listitem')

test('on a phone, header and hero take at most 30 % of the first screen, and four products are on it', async ({
  page,
}) => {
  await page.setViewportSize(PHONE)
  await openShop(page)
  expect(await endOf(page.locator('.hero'))).toBeLessThanOrEqual(0.3 * PHONE.height)
  for (const place of [0, 1, 2, 3])
    await expect(cards(page).nth(place).locator('.picture')).toBeInViewport({ ratio: 1 })
})

test('on a phone, after “Back” from a product, the first screen shows what changed, four products and a “moved up” badge', async ({
  page,
}) => {
  await page.setViewportSize(PHONE)
  await openShop(page)
  await cards(page).nth(2).getByRole('link').click()
  await learnsFrom(page, 1)
  await page.goBack()
  const line = forYou(page).locator('.for-you-line')
  await expect(line).toContainText('since you looked at')
  await expect(line).toBeInViewport({ ratio: 1 })
  for (const place of [0, 1, 2, 3])
    await expect(cards(page).nth(place).locator('.picture')).toBeInViewport({ ratio: 0.95 })
  await expect(forYou(page).locator('.rise').first()).toBeInViewport({ ratio: 1 })
})

test('on a desktop, `/side-by-side` shows all ten rows without scrolling', async ({ page }) => {
  await page.setViewportSize(DESKTOP)
  await page.goto('/side-by-side')
  await expect(page.locator('.compare-row .move')).toHaveCount(20)
  for (const row of await page.locator('.compare-row').all())
    expect(await endOf(row)).toBeLessThanOrEqual(DESKTOP.height)
})

for (const story of ['', '#story=shop'])
  test(`on a desktop and a phone, /fast-forward shows its chart without scrolling, ${story}`, async ({
    page,
  }) => {
    await page.goto(`/fast-forward${story}`)
    for (const viewport of [DESKTOP, PHONE]) {
      await page.setViewportSize(viewport)
      await expect(page.locator('.chart')).toBeVisible()
      expect(await endOf(page.locator('.chart'))).toBeLessThanOrEqual(viewport.height)
    }
  })

test('at 400 % zoom nothing scrolls sideways, the header leaves two thirds of the screen, and links lead to home and departments', async ({
  page,
}) => {
  await page.setViewportSize({ width: 320, height: 256 })
  await page.goto('/product/85123A')
  await page.getByRole('button', { name: 'Add to basket' }).first().click()
  await learnsFrom(page, 2)
  for (const address of [
    '/product/85123A',
    '/category/Christmas',
    '/search#q=heart',
    '/basket',
    '/checkout',
    '/orders',
    '/wishlist',
    '/side-by-side',
    '/play',
    '/fast-forward',
    '/console',
  ]) {
    await page.goto(address)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    expect(await page.evaluate(() => document.documentElement.scrollWidth), address).toBe(320)
    expect(await endOf(page.getByRole('banner')), address).toBeLessThanOrEqual(256 / 3)
  }
  await page.evaluate(() => scrollTo(0, 0))
  const home = page.getByRole('banner').getByRole('link').first()
  const leaf = await home.locator('svg').boundingBox()
  expect(leaf?.width).toBeGreaterThan(10)
  await home.click()
  await expect(page.locator('.tiles').getByRole('link')).toHaveCount(24)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320)
})
