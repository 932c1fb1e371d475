/** @module Tests that visitors who follow a link see a department or product before the shop's script runs. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, type Page, test } from 'playwright/test'
import { expectOneList, idsIn, listen, shown } from './rendered.ts'
import { comesToRest, keepsLatestModel } from './shop.ts'

const LIST = '.assortment-main'

for (const [address, title, part] of [
  ['/category/Candles%20%26%20Fragrance', 'Candles & Fragrance', 'main'],
  // This product has enough similar and bought-together products to fill all lists of its page.
  ['/product/85123A', 'White Hanging Heart T-Light Holder', 'main article'],
] as const) {
  test(`${title} stays exactly as rendered, and nothing is announced to screen readers`, async ({
    browser,
    page,
  }) => {
    const plain = await browser.newContext({ javaScriptEnabled: false })
    const before = await plain.newPage()
    await before.goto(address)
    await expect(before.getByRole('heading', { level: 1, name: title })).toBeVisible()
    await expect(before).toHaveTitle(`${title} · Nearside Gifts`)
    const rendered = await shown(before, part)

    const said = listen(page)
    // The link has a query, as newsletters add one to count visitors.
    await page.goto(`${address}?utm_source=letter`)
    await comesToRest(page)
    expect(await shown(page, part)).toBe(rendered)
    await expect(page).toHaveTitle(`${title} · Nearside Gifts`)
    expect(said).toEqual([])
    await plain.close()
  })
}

test('a page is not painted until its whole header has arrived', async ({ page, request }) => {
  const document = await (await request.get('/product/85123A')).text()
  const cut = document.indexOf('<nav class="header-links"')
  expect(cut).toBeGreaterThan(0)
  const WAIT = 1000
  // The server has only the document, and sends it in two parts. Padding makes the browser process each part on
  // arrival.
  const server = createServer(({ url }, answer) => {
    if (url !== '/product/85123A') return void answer.writeHead(404).end()
    answer.writeHead(200, { 'content-type': 'text/html' })
    answer.write(`${document.slice(0, cut)}<!--${' '.repeat(70_000)}-->`)
    setTimeout(() => answer.end(document.slice(cut)), WAIT)
  }).listen(0)
  const { port } = server.address() as AddressInfo
  await page.goto(`http://localhost:${port}/product/85123A`)
  const painted = () =>
    page.evaluate(() => {
      const [navigation] = performance.getEntriesByType(
        'navigation',
      ) as PerformanceNavigationTiming[]
      const [paint] = performance.getEntriesByType('paint')
      return paint ? paint.startTime - navigation.responseStart : null
    })
  await expect.poll(painted).not.toBeNull()
  expect(await painted()).toBeGreaterThan(WAIT - 100)
  server.close()
})

test('a button pressed before the shop’s script arrives still works', async ({ page }) => {
  let arrived = () => {}
  const held = new Promise<void>((resolve) => {
    arrived = resolve
  })
  await page.route(/assets\/(open|shop|main)-/, async (route) => {
    await held
    await route.continue()
  })
  await page.goto('/product/85123A', { waitUntil: 'commit' })
  await page.getByRole('button', { name: 'Add to basket' }).click()
  await expect(page.getByRole('link', { name: 'Basket, 0' })).toBeVisible()
  arrived()
  await expect(page.getByText('added to your basket.')).toBeVisible()
  await expect(page.getByRole('link', { name: 'Basket, 1' })).toBeVisible()
  await page.getByRole('button', { name: 'Add to basket' }).click()
  await expect(page.getByRole('link', { name: 'Basket, 2' })).toBeVisible()
})

test('a returning shopper sees and hears only their own list in a department', async ({ page }) => {
  await page.goto('/product/22086')
  await expect
    .poll(() => page.evaluate(() => localStorage.getItem('nearside-shop.known')))
    .toBe('true')
  await expect.poll(() => keepsLatestModel(page)).toBe(true)
  await expectOneList(page, '/category/Christmas', LIST)
})

test('a list that the address filters is never shown unfiltered', async ({ page }) => {
  await expectOneList(page, '/category/Christmas#price=1-3&sort=cheap&show=48', LIST)
  expect(await idsIn(page, LIST)).toHaveLength(48)
  await expect(page.getByRole('checkbox', { name: /^£1 to £3/ })).toBeChecked()
})

test('offline, opening a product does not change the stored `shell.html`, the shop’s page without content', async ({
  page,
  context,
}) => {
  await page.goto('/')
  await page.evaluate(() => navigator.serviceWorker.ready)
  await expect
    .poll(() => page.evaluate(async () => Boolean(await caches.match('/shell.html'))))
    .toBe(true)
  await page.goto('/product/22086')
  await expect(page.locator('article.product')).toBeVisible()
  await context.setOffline(true)
  await page.goto('/product/85123A', { waitUntil: 'commit' })
  await expect(page.locator('article h1')).toHaveText('White Hanging Heart T-Light Holder')
  const shell = await page.evaluate(async () => (await caches.match('/shell.html'))?.text())
  expect(shell).toContain('The shop is opening')
})

test('a new shopper sees a department before the device ranks it, in the same order as the device’s list', async ({
  browser,
}) => {
  const address = '/category/Christmas'
  const listOf = (page: Page) => idsIn(page, LIST)
  const open = async () => {
    // The service worker is off, because it would deliver the script at once.
    const context = await browser.newContext({ serviceWorkers: 'block' })
    return context.newPage()
  }

  const early = await open()
  let ranked = () => {}
  const held = new Promise<void>((resolve) => {
    ranked = resolve
  })
  await early.route(/assets\/worker-/, async (route) => {
    await held
    await route.continue()
  })
  await early.goto(address)
  await expect(early.locator('main .grid [data-item]')).toHaveCount(24)
  const shown = await listOf(early)
  ranked()

  const late = await open()
  await late.goto('/')
  await expect(late.locator('.for-you ul')).toHaveAttribute('aria-busy', 'false')
  await late
    .getByRole('navigation', { name: 'Departments' })
    .getByRole('link', { name: 'Christmas' })
    .click()
  await expect(late.locator('main .grid [data-item]')).toHaveCount(24)
  expect(await listOf(late)).toEqual(shown)

  // By now the device's own list has arrived, and no product has moved.
  await early.getByRole('button', { name: 'What this shop learned' }).click()
  await expect(early.getByRole('button', { name: 'Pause learning' })).toBeVisible()
  expect(await listOf(early)).toEqual(shown)
  await early.context().close()
  await late.context().close()
})

test('the sort control has its final width before its other options arrive, in any font', async ({
  page,
}) => {
  await page.goto('/category/Christmas')
  const choice = page.getByLabel('Sort by')
  await expect(choice.locator('option')).toHaveCount(4)
  for (const font of ['serif', 'monospace']) {
    const [whole, early] = await choice.evaluate((select, fontFamily) => {
      const facet = select.closest('.facet') as HTMLElement
      facet.style.fontFamily = fontFamily
      const whole = select.getBoundingClientRect().toJSON()
      const copy = facet.cloneNode(true) as HTMLElement
      for (const option of copy.querySelectorAll('option:not(:first-child)')) option.remove()
      facet.replaceWith(copy)
      const early = copy.querySelector('select')?.getBoundingClientRect().toJSON()
      copy.replaceWith(facet)
      return [whole, early]
    }, font)
    expect(early, font).toEqual(whole)
  }
})
