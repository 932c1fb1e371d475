/**
 * @module Pictures of every page, on a desktop and a phone, light and dark, into the git-ignored
 * folder `screenshots/`, for looking at: `npm start`, then `npm run screenshots [ORIGIN [PAGE …]]`.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Page } from 'playwright'
import { CHROMIUM_ARGS, requireChromium } from './chromium.ts'

const [ORIGIN = 'http://localhost:8790', ...ONLY] = process.argv.slice(2)
const FOLDER = 'screenshots'
const SIZES = { desktop: { width: 1280, height: 860 }, phone: { width: 390, height: 844 } }
const PAGES: Readonly<Record<string, string>> = {
  home: '/',
  category: '/category/Candles%20%26%20Fragrance',
  product: '/product/85123A',
  search: '/search?q=lantern',
  basket: '/basket',
  wishlist: '/wishlist',
  checkout: '/checkout',
  orders: '/orders',
  'side-by-side': '/side-by-side',
  'fast-forward': '/fast-forward',
  console: '/console',
  missing: '/no-such-page',
}

const answers = await fetch(ORIGIN).then(
  () => true,
  () => false,
)
if (!answers) {
  console.error(`Nothing answers at ${ORIGIN}: run npm start first.`)
  process.exit(1)
}
mkdirSync(FOLDER, { recursive: true })
const browser = await chromium.launch({ executablePath: requireChromium(), args: CHROMIUM_ARGS })
for (const [size, viewport] of Object.entries(SIZES)) {
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({ viewport, colorScheme, bypassCSP: true })
    const page = await context.newPage()
    await browse(page)
    for (const [name, path] of Object.entries(PAGES)) {
      if (ONLY.length > 0 && !ONLY.includes(name)) continue
      await page.goto(ORIGIN + path, { waitUntil: 'networkidle' })
      await showAll(page)
      await page.screenshot({
        path: join(FOLDER, `${name}-${size}-${colorScheme}.png`),
        fullPage: true,
      })
    }
    await page.goto(ORIGIN, { waitUntil: 'networkidle' })
    await page.getByRole('button', { name: 'What this shop learned' }).click()
    await page.waitForTimeout(400)
    await page.screenshot({ path: join(FOLDER, `panel-${size}-${colorScheme}.png`) })
    await context.close()
  }
}
await browser.close()

/** Also what is far from the screen, which the page neither lays out nor loads until it comes near. */
async function showAll(page: Page): Promise<void> {
  await page.addStyleTag({ content: '* { content-visibility: visible !important }' })
  await page.evaluate(() => {
    for (const image of document.images) image.loading = 'eager'
    return Promise.all(Array.from(document.images, (image) => image.decode().catch(() => null)))
  })
}

/** A short visit, so that the pages have something to show. */
async function browse(page: Page): Promise<void> {
  for (const item of ['22423', '85123A', '84879']) {
    await page.goto(`${ORIGIN}/product/${item}`, { waitUntil: 'networkidle' })
    await page.getByRole('button', { name: 'Add to basket' }).first().click()
    await page.waitForTimeout(1_500)
  }
}
