/** @module Nothing jumps: layout shift stays low on every page, and every picture's room is known before it comes. */
import { expect, type Page, test } from 'playwright/test'

/** Half of what counts as good. @see https://web.dev/articles/cls */
const MOST_SHIFT = 0.05

const PAGES = [
  '/',
  '/category/Candles%20%26%20Fragrance',
  '/product/85123A',
  '/search?q=heart',
  '/basket',
  '/orders',
  '/side-by-side',
  '/fast-forward',
  '/console',
]

/** Every shift is counted, also those right after a click, which browsers forgive. */
async function watch(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const seen = { shift: 0, moved: [] as string[] }
    Object.assign(window, { seen })
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & {
        value: number
        sources: readonly { node: Node | null }[]
      })[]) {
        seen.shift += entry.value
        for (const { node } of entry.sources)
          seen.moved.push(node instanceof Element ? node.outerHTML.slice(0, 90) : String(node))
      }
    }).observe({ type: 'layout-shift', buffered: true })
  })
}

const seen = (page: Page) =>
  page.evaluate(() => (window as unknown as { seen: { shift: number; moved: string[] } }).seen)

for (const [size, viewport] of Object.entries({
  desktop: { width: 1280, height: 860 },
  phone: { width: 390, height: 844 },
})) {
  test(`pages stand still while they load, ${size}`, async ({ page }) => {
    await page.setViewportSize(viewport)
    await watch(page)
    for (const address of PAGES) {
      await page.goto(address)
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
      await page.waitForLoadState('networkidle')
      const { shift, moved } = await seen(page)
      expect(shift, `${address}: ${moved.join('\n')}`).toBeLessThan(MOST_SHIFT)
    }
  })
}

test('every picture says its size and keeps to it', async ({ page }) => {
  for (const address of ['/', '/product/85123A', '/search?q=heart']) {
    await page.goto(address)
    await page.locator('main [data-item] img').first().waitFor()
    const wrong = await page.locator('main img').evaluateAll((images) =>
      images
        .filter((image) => {
          const { width, height } = image.getBoundingClientRect()
          const told = image.hasAttribute('width') && image.hasAttribute('height')
          return !told || Math.abs(width - height) > 1
        })
        .map((image) => image.outerHTML),
    )
    expect(wrong).toEqual([])
  }
})
