/** @module The home page is there before the shop's script, and the script goes on from exactly that page. */
import { readFile } from 'node:fs/promises'
import { expect, type Page, test } from 'playwright/test'
import { expectOneList, listen, shown } from './rendered.ts'
import { keepsLatestModel } from './shop.ts'

const forYou = (page: Page) =>
  page
    .locator('.for-you [data-item]')
    .evaluateAll((cards) => cards.map((card) => card.getAttribute('data-item')))

const settled = (page: Page) =>
  expect(page.locator('.for-you ul')).toHaveAttribute('aria-busy', 'false')

test('a new shopper’s page is the rendered one, to the letter, and nothing is said about it', async ({
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
  // The picture that was there is still there: nothing was drawn twice.
  expect(await shown(page)).toBe(await shown(before))
  expect(said).toEqual([])
  await plain.close()
})

test('a new shopper’s device begins with the model that the page was rendered with', async ({
  page,
}) => {
  const asked: string[] = []
  page.on('request', (request) => {
    const [, path] = request.url().split('/models/')
    if (path) asked.push(path)
  })
  // The one of the build: a round may have published another since.
  const built = JSON.parse(await readFile('public/models/latest.json', 'utf8'))
  for (const address of ['/', '/product/85123A']) {
    await page.goto(address)
    const content = await page.locator('#nearside-options').textContent()
    expect(JSON.parse(content ?? '').latest).toEqual(built)
  }
  await expect.poll(() => asked).toContain('1/items.safetensors')
  expect(asked.slice(0, 2).sort()).toEqual(['1/manifest.json', '1/popularity.safetensors'])
})

test('the other pages begin with the outline, not with the home page', async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false })
  const page = await context.newPage()
  for (const address of ['/basket', '/search#q=heart', '/product/no-such', '/no-such-page']) {
    await page.goto(address)
    await expect(page.locator('[data-item]')).toHaveCount(0)
    await expect(page.getByRole('status')).toHaveText('The shop is opening…')
  }
  await context.close()
})

/** What a shopper can have done, each enough to get a list of one's own. */
const VISITS: Readonly<Record<string, string>> = {
  looked: '/product/85123A',
  'only searched': '/search#q=lantern',
}

for (const [visit, address] of Object.entries(VISITS)) {
  test(`whoever has ${visit} sees and hears one list on the way back: their own`, async ({
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

test('whoever had all erased is a stranger again', async ({ page }) => {
  await page.goto('/search#q=lantern')
  const known = () => page.evaluate(() => localStorage.getItem('nearside-shop.known'))
  await expect.poll(known).toBe('true')
  await page.getByRole('button', { name: 'What this shop learned' }).click()
  await page.getByRole('button', { name: /^Erase/ }).click()
  await page.getByRole('button', { name: /^Yes/ }).click()
  await expect.poll(known).toBe('false')
  await page.goto('/', { waitUntil: 'commit' })
  await expect(page.locator('.for-you [data-item]').first()).toBeVisible()
  await expect(page.locator('html')).not.toHaveAttribute('data-returning')
})

test('a chosen theme and order hold from the first paint on', async ({ page }) => {
  await page.goto('/')
  await settled(page)
  await page.getByRole('button', { name: 'Dark colours' }).click()
  await page.getByRole('switch', { name: 'Personalisation' }).click()
  // The shop's script doesn't come at all: what holds, holds without it.
  await page.route('**/assets/{main,shop,open}-*.js', (route) => route.abort())
  await page.reload({ waitUntil: 'commit' })
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await expect(page.getByText('This is everyone’s order')).toBeVisible()
})
