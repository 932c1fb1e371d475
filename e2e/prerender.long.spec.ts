/**
 * @module Tests that the home page shows before the shop's script runs, and that the script then changes nothing on it.
 */
import { readFile } from 'node:fs/promises'
import { expect, type Page, test } from 'playwright/test'
import { expectOneList, idsIn, listen, shown } from './rendered.ts'
import { comesToRest, keepsLatestModel, openShop } from './shop.ts'

const forYou = (page: Page) =>
  page
    .locator('.for-you [data-item]')
    .evaluateAll((cards) => cards.map((card) => card.getAttribute('data-item')))

const settled = (page: Page) =>
  expect(page.locator('.for-you ul')).toHaveAttribute('aria-busy', 'false')

test('a new shopper’s home page stays exactly as prerendered, and nothing is announced to screen readers', async ({
  browser,
  page,
}) => {
  const plain = await browser.newContext({ javaScriptEnabled: false })
  const before = await plain.newPage()
  await before.goto('/')
  await expect(before.getByRole('heading', { level: 2, name: 'For you' })).toBeVisible()
  const rendered = await forYou(before)
  expect(rendered).toHaveLength(12)

  const said = listen(page)
  await page.goto('/')
  await settled(page)
  expect(await forYou(page)).toEqual(rendered)
  // The page has the same content as without scripts.
  expect(await shown(page)).toBe(await shown(before))
  expect(said).toEqual([])
  await plain.close()
})

test('a new shopper’s device starts with the model that the page was rendered with', async ({
  page,
}) => {
  const asked: string[] = []
  page.on('request', (request) => {
    const [, path] = request.url().split('/models/')
    if (path) asked.push(path)
  })
  // The test compares with the build's model, because contributions in an earlier test may have led to a newer model.
  const built = JSON.parse(await readFile('public/models/latest.json', 'utf8'))
  for (const address of ['/', '/product/85123A']) {
    await page.goto(address)
    const content = await page.locator('#nearside-options').textContent()
    expect(JSON.parse(content ?? '').latest).toEqual(built)
  }
  await expect.poll(() => asked).toContain('1/items.safetensors')
  expect(asked[0]).toBe('1/manifest.json')
  const others = asked.slice(0, asked.indexOf('1/items.safetensors'))
  expect(others.filter((path) => !path.startsWith('1/'))).toEqual([])
})

test('without scripts, pages that are not prerendered show that the shop is opening, not the home page’s products', async ({
  browser,
}) => {
  const context = await browser.newContext({ javaScriptEnabled: false })
  const page = await context.newPage()
  for (const address of ['/wishlist', '/checkout', '/product/no-such', '/no-such-page']) {
    await page.goto(address)
    await expect(page.locator('[data-item]')).toHaveCount(0)
    await expect(page.getByRole('status')).toHaveText('The shop is opening…')
  }
  await context.close()
})

test('a new shopper’s empty basket stays exactly as prerendered', async ({ browser, page }) => {
  const plain = await browser.newContext({ javaScriptEnabled: false })
  const before = await plain.newPage()
  await before.goto('/basket')
  await expect(before.locator('main [data-item]')).toHaveCount(6)
  const said = listen(page)
  await page.goto('/basket')
  await comesToRest(page)
  expect(await shown(page, 'main')).toBe(await shown(before, 'main'))
  expect(said).toEqual([])
  await plain.close()
})

test('a filled basket is never shown empty', async ({ page }) => {
  await page.goto('/product/85123A')
  await page.getByRole('button', { name: 'Add to basket' }).click()
  await expect(page.getByRole('link', { name: 'Basket, 1' })).toBeVisible()
  await page.addInitScript(() => {
    const seen = { empty: false }
    Object.assign(window, { seen })
    const look = () => {
      const empty = document.querySelector('main .basket-empty')
      if (empty?.checkVisibility({ visibilityProperty: true })) seen.empty = true
      requestAnimationFrame(look)
    }
    look()
  })
  await page.goto('/basket')
  await expect(page.getByRole('spinbutton', { name: /^Quantity of White Hanging/ })).toBeVisible()
  expect(await page.evaluate(() => (window as unknown as { seen: object }).seen)).toEqual({
    empty: false,
  })
  await page.getByRole('button', { name: /^Remove/ }).click()
  await expect(page.getByText('Your basket is empty')).toBeVisible()
})

test('if a link opens a search, the search worker answers even before the page has read the catalog', async ({
  page,
}) => {
  let read = () => {}
  const held = new Promise<void>((resolve) => {
    read = resolve
  })
  let asked = 0
  // The first request comes from the document's `<link rel="preload">`; the test delays this request.
  await page.route('**/catalog/catalog.json', async (route) => {
    if (asked++ === 0) await held
    await route.continue()
  })
  await page.goto('/search#q=lantern')
  const list = page.getByRole('list', { name: 'Results for lantern' })
  await expect(list.locator('[data-item]').first()).toBeVisible()
  // The products below the first screen appear a moment later.
  await expect(list.locator('.ns-skeleton')).toHaveCount(0)
  const early = await list.locator('[data-item]').count()
  expect(await page.locator('main mark').count()).toBeGreaterThan(0)
  read()
  await comesToRest(page)
  await expect(list.locator('[data-item]')).toHaveCount(early)
})

test('a new shopper’s search results appear before the personalizer has loaded, in the order that the personalizer gives', async ({
  browser,
}) => {
  const ranked = await browser.newPage({ serviceWorkers: 'block' })
  await openShop(ranked)
  await ranked.getByRole('combobox', { name: 'Search products' }).fill('heart')
  await ranked.keyboard.press('Enter')
  await expect(ranked.locator('main .grid [data-item]')).toHaveCount(24)
  for (const held of ['worker-*.js', 'items.safetensors', 'popularity.safetensors']) {
    const early = await browser.newPage({ serviceWorkers: 'block' })
    await early.route(`**/${held}`, () => {})
    await early.goto('/search#q=heart')
    await expect(early.locator('main .grid [data-item]'), held).toHaveCount(24)
    expect(await idsIn(early, 'main'), held).toEqual(await idsIn(ranked, 'main'))
    await early.close()
  }
  await ranked.close()
})

test('a search finds the same products without the search’s worker', async ({ page, browser }) => {
  const found = async (page: Page) => {
    await page.goto('/search#q=heart')
    await expect(page.locator('main [data-item]')).toHaveCount(24)
    return idsIn(page, 'main')
  }
  const without = await browser.newPage({ serviceWorkers: 'block' })
  await without.route(/assets\/searchWorker-/, (route) => route.abort())
  expect(await found(without)).toEqual(await found(page))
  await without.close()
})

/** Visits of one event each, after which the shopper has a personal list. */
const VISITS: Readonly<Record<string, string>> = {
  looked: '/product/85123A',
  'only searched': '/search#q=lantern',
}

for (const [visit, address] of Object.entries(VISITS)) {
  test(`a shopper who has ${visit} sees and hears only their own list on return`, async ({
    page,
  }) => {
    await page.goto(address)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await expect
      .poll(() => page.evaluate(() => localStorage.getItem('nearside-shop.known')))
      .toBe('true')
    await expect.poll(() => keepsLatestModel(page)).toBe(true)
    await expectOneList(page, '/', '.for-you')
  })
}

test('a shopper who erased everything is new again', async ({ page }) => {
  await page.goto('/search#q=lantern')
  const known = () => page.evaluate(() => localStorage.getItem('nearside-shop.known'))
  await expect.poll(known).toBe('true')
  await page.getByRole('button', { name: 'What this shop learned' }).click()
  await page.getByRole('button', { name: /^Erase/ }).click()
  await page.getByRole('button', { name: /^Yes/ }).click()
  await expect.poll(known).toBeNull()
  await page.goto('/', { waitUntil: 'commit' })
  await expect(page.locator('.for-you [data-item]').first()).toBeVisible()
  await expect(page.locator('html')).not.toHaveAttribute('data-returning')
})

test('a chosen theme and a chosen list apply from the first paint', async ({ page }) => {
  await page.goto('/')
  await settled(page)
  await page.getByRole('button', { name: 'Dark colours' }).click()
  await page.getByRole('radio', { name: 'Everyone’s' }).check()
  // The shop's script never arrives, so these checks hold without the script.
  await page.route('**/assets/{main,shop,open}-*.js', (route) => route.abort())
  await page.reload({ waitUntil: 'commit' })
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await expect(page.getByText('This is everyone’s order')).toBeVisible()
})
