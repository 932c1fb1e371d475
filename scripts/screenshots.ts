/**
 * @module Takes screenshots of every page, on desktop and phone, light and dark, into the git-ignored
 * folder `screenshots/`: `npm start`, then `npm run screenshots [ORIGIN [PAGE …]]`.
 * The README's pictures are taken by `npm run pictures`.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Page } from 'playwright'
import { CHROMIUM_ARGS, requireChromium } from './chromium.ts'

const [ORIGIN = 'http://localhost:8790', ...ONLY] = process.argv.slice(2)
const FOLDER = 'screenshots'
const SIZES = { desktop: { width: 1280, height: 860 }, phone: { width: 390, height: 844 } }
/** Pages as a new visitor sees them. */
const EMPTY: Readonly<Record<string, string>> = {
  'empty-basket': '/basket',
  'empty-wishlist': '/wishlist',
  'empty-checkout': '/checkout',
  'empty-orders': '/orders',
  'empty-side-by-side': '/side-by-side',
  'empty-search': '/search',
  'nothing-found': '/search#q=zzzzzz',
  'nothing-left': '/search#q=lantern&price=0-1&stock=out',
}
/** Pages after a short visit. */
const PAGES: Readonly<Record<string, string>> = {
  home: '/',
  category: '/category/Candles%20%26%20Fragrance',
  product: '/product/85123A',
  search: '/search#q=lantern',
  basket: '/basket',
  wishlist: '/wishlist',
  checkout: '/checkout',
  'side-by-side': '/side-by-side',
  play: '/play',
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
    const shoot = async (name: string, fullPage = true) => {
      if (fullPage) await showAll(page)
      await page.screenshot({ path: join(FOLDER, `${name}-${size}-${colorScheme}.png`), fullPage })
    }
    const open = async (path: string) => {
      await page.goto(ORIGIN + path, { waitUntil: 'networkidle' })
    }
    const show = async (pages: typeof PAGES) => {
      for (const [name, path] of Object.entries(pages)) {
        if (!isWanted(name)) continue
        await open(path)
        await shoot(name)
      }
    }
    await show(EMPTY)
    await browse(page)
    await show(PAGES)
    if (isWanted('panel')) {
      await open('/')
      await page.getByRole('button', { name: 'What this shop learned' }).click()
      await page.waitForTimeout(400)
      await shoot('panel', false)
    }
    if (isWanted('replay')) {
      await open('/fast-forward')
      await page.getByRole('button', { name: 'Next order' }).click()
      await page.getByRole('heading', { name: 'The latest order' }).waitFor({ timeout: 60_000 })
      await shoot('replay')
    }
    if (isWanted('thank-you')) {
      await open('/checkout')
      await page.getByRole('button', { name: 'Place demo order' }).click()
      await page.getByRole('heading', { level: 1, name: 'Thank you' }).waitFor()
      await page.waitForLoadState('networkidle')
      await shoot('thank-you')
      await open('/orders')
      await shoot('orders')
    }
    await context.close()
    if (isWanted('unreachable')) await shootUnreachable({ viewport, colorScheme })
  }
}
await browser.close()

function isWanted(name: string): boolean {
  return ONLY.length === 0 || ONLY.includes(name)
}

/** Takes a screenshot of an unreachable shop, on a first visit: on later visits, the catalog is stored. */
async function shootUnreachable(look: {
  readonly viewport: { readonly width: number; readonly height: number }
  readonly colorScheme: 'light' | 'dark'
}): Promise<void> {
  const context = await browser.newContext({ ...look, serviceWorkers: 'block' })
  const page = await context.newPage()
  await page.route('**/catalog.json', (route) => route.abort())
  await page.goto(ORIGIN)
  await page.getByRole('alert').waitFor()
  const size = look.viewport === SIZES.phone ? 'phone' : 'desktop'
  await page.screenshot({ path: join(FOLDER, `unreachable-${size}-${look.colorScheme}.png`) })
  await context.close()
}

/** Makes the page also lay out and load the parts far below the screen, which a page usually leaves for later. */
async function showAll(page: Page): Promise<void> {
  await page.addStyleTag({ content: '* { content-visibility: visible !important }' })
  await page.evaluate(() => {
    for (const image of document.images) image.loading = 'eager'
    return Promise.all(Array.from(document.images, (image) => image.decode().catch(() => null)))
  })
}

/** Makes a short visit, so that the pages have something to show. */
async function browse(page: Page): Promise<void> {
  for (const item of ['22423', '85123A', '84879']) {
    await page.goto(`${ORIGIN}/product/${item}`, { waitUntil: 'networkidle' })
    await page.getByRole('button', { name: 'Add to basket' }).first().click()
    await page.waitForTimeout(1_500)
  }
  await page.getByRole('button', { name: 'Add to wishlist' }).click()
}
