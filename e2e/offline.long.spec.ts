/** @module Tests that after one visit the shop works without a network: pages open, learning and fast-forward go on. */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, type Page, test } from 'playwright/test'
import { createStaticServer } from '../scripts/static.ts'
import { fact, forYou, forYouIds, goHome, keepsModel, openShop, openTechnical } from './shop.ts'

/** Starts a server that the test can stop for good. */
async function serve(): Promise<{ readonly origin: string; readonly end: () => Promise<void> }> {
  const server: Server = createStaticServer({
    root: 'dist/demo',
    models: 'public/models',
    federation: null,
    persist: 'always',
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://localhost:${port}`,
    end: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Files that the service worker's script names and the device has not stored. */
function missing(page: Page, part: 'shop' | 'replay'): Promise<string[]> {
  return page.evaluate(async (name) => {
    const script = await fetch('/sw.js').then((response) => response.text())
    const list = JSON.parse(/^const RELEASE = (.*)$/m.exec(script)?.[1] ?? '')
    const lacks = async (url: string) => !(await caches.match(url, { ignoreVary: true }))
    const lacking = await Promise.all(list[name].map(lacks))
    return list[name].filter((_: string, place: number) => lacking[place])
  }, part)
}

/** Whether the catalog is stored. `missing` can't tell, because the service worker's `RELEASE` doesn't name it. */
const keepsCatalog = (page: Page) =>
  page.evaluate(async () => Boolean(await caches.match('/catalog/catalog.json')))

async function keepsAll(page: Page): Promise<void> {
  await expect.poll(() => keepsCatalog(page)).toBe(true)
  await expect.poll(() => missing(page, 'shop')).toEqual([])
  await expect.poll(() => missing(page, 'replay')).toEqual([])
  await expect.poll(() => keepsModel(page)).toBe(true)
}

/** Address of each page → element that must appear there. */
const PAGES: Readonly<Record<string, string>> = {
  '/': '.for-you [aria-busy="false"] [data-item]',
  '/category/Christmas': 'main [data-item]',
  '/product/22086': 'article.product',
  '/search#q=lantern': 'main [data-item]',
  '/basket': '.line',
  '/checkout': '.order',
  '/wishlist': 'main h1',
  '/orders': '.past-order',
  '/side-by-side': '.compare-row .move',
  '/play': '.play-tap',
  '/fast-forward': '.choice-card',
  '/console': '.ns-console table',
  '/no-such-page': 'main [data-item]',
}

test('after one view of the home page the whole shop works offline', async ({ page }) => {
  const { origin, end } = await serve()
  const errors: string[] = []
  page.on('pageerror', ({ message }) => errors.push(message))
  try {
    await openShop(page, `${origin}/`)
    await keepsAll(page)
  } finally {
    await end()
  }
  await expect(page.request.get(origin)).rejects.toThrow('ECONNREFUSED')

  await page.goto(`${origin}/`)
  const before = await forYouIds(page)
  await forYou(page).locator('[data-item]').nth(2).click()
  await page.getByRole('button', { name: 'Add to basket' }).first().click()
  await goHome(page)
  await expect.poll(() => forYouIds(page)).not.toEqual(before)
  await page.goto(`${origin}/checkout`)
  await page.getByRole('button', { name: 'Place demo order' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Thank you' })).toBeVisible()
  await page.goto(`${origin}/product/85123A`)
  await page.getByRole('button', { name: 'Add to basket' }).first().click()

  for (const [address, ready] of Object.entries(PAGES)) {
    await page.goto(origin + address)
    await page.locator(ready).first().waitFor()
    // Navigates like a link, in the same document.
    await page.evaluate((to) => history.pushState(null, '', to), '/product/84879')
    await page.locator('article.product').waitFor()
    await page.evaluate((to) => history.pushState(null, '', to), address)
    await page.locator(ready).first().waitFor()
  }
  await page.goto(`${origin}/console`)
  await openTechnical(page)
  await expect(fact(page, 'Learning', 'Last fit')).toContainText(/cases? on WASM/i)
  expect(errors).toEqual([])
})

test('after a first visit to a product page, fast-forward works offline', async ({ page }) => {
  const { origin, end } = await serve()
  try {
    await page.goto(`${origin}/product/85123A`)
    await page.locator('article.product').waitFor()
    await keepsAll(page)
  } finally {
    await end()
  }
  await page.getByRole('contentinfo').getByRole('link', { name: 'Fast-forward' }).click()
  await expect(page.getByText(/This page works without a network/)).toBeVisible()
  await play(page)
  await page.reload()
  await play(page)
})

async function play(page: Page): Promise<void> {
  await page.getByRole('radio', { name: /Shopper A/ }).check()
  await page.getByLabel('Speed').selectOption('As fast as possible')
  await expect(page.getByText('The year is over.')).toBeVisible({ timeout: 120_000 })
  await expect(page.getByRole('heading', { name: 'The latest order' })).toBeVisible()
}

test('with data saver on, the replay is not downloaded, and the page says so', async ({ page }) => {
  await page.addInitScript(() => {
    const { connection } = navigator as { connection?: object }
    Object.defineProperty(connection, 'saveData', { value: true })
  })
  await openShop(page)
  await expect.poll(() => missing(page, 'shop')).toEqual([])
  await page.goto('/fast-forward')
  await expect(page.getByText(/Your browser saves data/)).toBeVisible()
  expect(await missing(page, 'replay')).not.toEqual([])
})

test('without room on the disk, fast-forward says that it needs a network', async ({
  page,
  baseURL,
}) => {
  await openShop(page)
  await expect.poll(() => missing(page, 'replay')).toEqual([])
  await page.evaluate(async () => {
    for (const name of await caches.keys()) await caches.delete(name)
  })
  const protocol = await page.context().newCDPSession(page)
  const origin = new URL(baseURL ?? '').origin
  await protocol.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 100_000 })
  await page.goto('/fast-forward')
  await expect(page.getByText(/This device has no room/)).toBeVisible()
})
