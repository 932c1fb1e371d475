/** @module Every flow by keyboard alone; the focus is always visible and goes where reading goes on. */
import { readFileSync } from 'node:fs'
import { expect, type Locator, type Page, test } from 'playwright/test'
import { expectPage, press, tabTo } from './keys.ts'
import { fact, forYou, forYouIds, openShop } from './shop.ts'

const link = (page: Page, name: string | RegExp) =>
  page.getByRole('main').getByRole('link', { name }).first()
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).first()

const textOf = async (part: Locator): Promise<string> => (await part.textContent()) ?? ''

/** Looks at a product long enough for it to count, by its link on the home page. */
async function look(page: Page): Promise<void> {
  await openShop(page)
  const card = forYou(page).locator('[data-item]').nth(1)
  const title = await textOf(card.locator('.card-title'))
  await press(page, card)
  await expectPage(page, title)
  await expect(page.getByRole('heading', { name: 'Often bought together' })).toBeVisible()
}

test('skip link: past the header in two keys', async ({ page }) => {
  await openShop(page)
  await page.keyboard.press('Tab')
  const skip = page.getByRole('link', { name: 'Skip to content' })
  await expect(skip).toBeFocused()
  await expect(skip).toBeInViewport()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('main')).toBeFocused()
  await page.keyboard.press('Tab')
  expect(await page.evaluate(() => document.activeElement?.closest('main') !== null)).toBe(true)
})

test('from the shelf to the order history', async ({ page }) => {
  await look(page)
  await press(page, button(page, 'Add to basket'))
  await press(page, button(page, 'Add to wishlist'))
  await press(page, link(page, 'Go to basket'))
  await expectPage(page, 'Your basket')
  const quantity = page.getByRole('spinbutton').first()
  await tabTo(page, quantity)
  await page.keyboard.press('ArrowUp')
  await expect(quantity).toHaveValue('2')
  await press(page, link(page, 'Go to checkout'))
  await expectPage(page, 'Checkout')
  await press(page, button(page, 'Place demo order'))
  await expectPage(page, 'Thank you')
  await press(page, link(page, 'Your orders'))
  await expectPage(page, 'Your orders')
  await press(page, button(page, 'Buy again: order 1'))
  await expect(page.getByText('All of it is in your basket.')).toBeVisible()
  await press(page, link(page, 'Go to basket'))
  await expectPage(page, 'Your basket')
  await press(page, button(page, /^Remove/))
  await expectPage(page, 'Your basket')
  await page.goBack()
  await expectPage(page, 'Your orders')
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Order 1' })).toBeVisible()
})

test('search with a slip, a suggestion, choices, and back', async ({ page }) => {
  await openShop(page)
  await tabTo(page, page.getByRole('searchbox', { name: 'Search products' }))
  await page.keyboard.type('lantren', { delay: 20 })
  const results = page.getByRole('heading', { level: 1 })
  await expect(results).toHaveText('Results for “lantren”')
  await expect(page.locator('main mark').first()).toHaveText(/lantern/i)
  for (let letter = 0; letter < 3; letter++) await page.keyboard.press('Backspace')
  const suggestion = page.getByRole('list', { name: 'Suggestions' }).getByRole('link').first()
  const words = await textOf(suggestion)
  await page.keyboard.press('ArrowDown')
  await expect(suggestion).toBeFocused()
  await page.keyboard.press('Enter')
  await expectPage(page, `Results for “${words}”`)

  const count = page.locator('.facet-count')
  const all = await textOf(count)
  const price = page.getByRole('checkbox', { name: /^£1 to £3/ })
  await press(page, price, 'Space')
  await expect(price).toBeFocused()
  await expect(price).toBeChecked()
  await expect(count).not.toHaveText(all)
  await press(page, page.getByRole('checkbox', { name: /^In stock/ }), 'Space')
  await expect(page).toHaveURL(/price=1-3.*stock=in/)
  const address = page.url()
  const narrowed = await textOf(count)
  await page.goBack()
  await expect(page.getByRole('checkbox', { name: /^In stock/ })).not.toBeChecked()
  await expect(price).toBeChecked()
  await page.goForward()
  await expect(count).toHaveText(narrowed)
  await press(page, button(page, 'Clear all'))
  await expect(count).toHaveText(all)
  // The address alone leads to the same page.
  await page.goto(address)
  await expect(count).toHaveText(narrowed)
  await tabTo(page, page.getByRole('combobox', { name: 'Sort by' }))
  await page.keyboard.type('Price, l')
  await expect(page).toHaveURL(/sort=cheap/)
})

test('on a phone the choices unfold', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto('/category/Candles%20%26%20Fragrance')
  const fold = button(page, 'Filter')
  await press(page, fold)
  await expect(fold).toHaveAttribute('aria-expanded', 'true')
  await press(page, page.getByRole('checkbox', { name: /^Under £1/ }), 'Space')
  await expect(button(page, 'Filter (1 chosen)')).toBeVisible()
})

test('a search is an event: its words alone move the home list, and can be forgotten', async ({
  page,
}) => {
  await openShop(page)
  const before = await forYouIds(page)
  await tabTo(page, page.getByRole('searchbox', { name: 'Search products' }))
  await page.keyboard.type('parasol')
  await page.keyboard.press('Enter')
  await expectPage(page, 'Results for “parasol”')
  const results = page.getByRole('list', { name: 'Results for parasol' })
  await expect(results.getByRole('link').first()).toBeVisible()
  // Nothing is picked.
  await page.goBack()
  await expect(
    forYou(page)
      .locator('.card-title', { hasText: /parasol/i })
      .first(),
  ).toBeVisible()
  await press(page, button(page, 'What this shop learned'))
  const panel = page.getByRole('dialog')
  await expect(panel.getByText('You searched for parasol')).toBeVisible()
  await press(page, panel.getByRole('button', { name: 'Forget parasol' }))
  await expect(panel.getByText('You searched for parasol')).toHaveCount(0)
  await page.keyboard.press('Escape')
  await expect.poll(() => forYouIds(page)).toEqual(before)
})

test('what one picks from a search teaches too', async ({ page }) => {
  await openShop(page)
  const before = await forYouIds(page)
  await tabTo(page, page.getByRole('searchbox', { name: 'Search products' }))
  await page.keyboard.type('parasol')
  await page.keyboard.press('Enter')
  await expectPage(page, 'Results for “parasol”')
  await press(
    page,
    page.getByRole('list', { name: 'Results for parasol' }).getByRole('link').first(),
  )
  await expect(page.getByRole('heading', { level: 1, name: /parasol/i })).toBeFocused()
  await page.goto('/console')
  const events = page.getByRole('region', { name: 'Events on this device' })
  await expect(events.getByRole('row', { name: /search 1/ })).toBeVisible()
  await expect(events.getByRole('row', { name: /select_item 1/ })).toBeVisible()
  await openShop(page)
  await expect.poll(() => forYouIds(page)).not.toEqual(before)
})

test('the panel: forget, pause, consent, export, erase', async ({ page }) => {
  await look(page)
  await press(page, button(page, 'Add to basket'))
  await press(page, button(page, 'What this shop learned'))
  const panel = page.getByRole('dialog')
  await expect(panel).toBeVisible()
  const forget = panel.getByRole('button', { name: /^Forget/ })
  const known = await forget.count()
  expect(known).toBeGreaterThan(0)
  await press(page, forget.first())
  await expect.poll(() => forget.count()).toBeLessThan(known)
  expect(await page.evaluate(() => document.activeElement?.closest('dialog') !== null)).toBe(true)

  await press(page, panel.getByRole('button', { name: /pause/i }))
  await press(page, panel.getByRole('button', { name: /resume|go on/i }))
  const consent = panel.getByRole('switch', { name: /^Contribute/ })
  await press(page, consent)
  await expect(consent).toHaveAttribute('aria-checked', 'true')
  await press(page, consent)
  await expect(consent).toHaveAttribute('aria-checked', 'false')

  const saved = page.waitForEvent('download')
  await press(page, panel.getByRole('button', { name: /^Export/ }))
  const bundle = JSON.parse(readFileSync(await (await saved).path(), 'utf8')) as object
  expect(Object.keys(bundle).length).toBeGreaterThan(1)

  await press(page, panel.getByRole('button', { name: /^Erase/ }))
  await press(page, panel.getByRole('button', { name: /^Yes/ }))
  await expect(forget).toHaveCount(0)
  await page.keyboard.press('Escape')
  await expect(panel).toBeHidden()
  await expect(button(page, 'What this shop learned')).toBeFocused()
  await expect(page.getByRole('heading', { name: 'Recently viewed' })).toHaveCount(0)
})

test('side by side: equal for a stranger, moved after a look, also inside a department', async ({
  page,
}) => {
  await page.goto('/side-by-side')
  await expect(page.getByText('Nothing has been learned yet')).toBeVisible()
  await look(page)
  await press(page, page.getByRole('contentinfo').getByRole('link', { name: 'Side by side' }))
  await expectPage(page, 'Side by side')
  await expect(page.getByText(/Furthest up:/)).toBeVisible()
  const yours = page.getByRole('region', { name: 'Your list' })
  await expect(yours.getByRole('listitem')).toHaveCount(10)
  await expect(yours.getByText(/^Because you looked at/).first()).toBeVisible()
  const compare = page.getByRole('combobox', { name: 'Compare' })
  await tabTo(page, compare)
  await page.keyboard.type('Christmas')
  await expect(page).toHaveURL(/in=Christmas/)
  await expect(compare).toBeFocused()
  await press(page, yours.getByRole('link').first())
  await expect(page.getByRole('button', { name: 'Add to basket' })).toBeVisible()
})

test('fast-forward: a year, paused and stepped, beside a visitor’s own data', async ({ page }) => {
  await look(page)
  await page.goto('/console')
  const kept = () => page.getByRole('region', { name: 'Events on this device' }).textContent()
  await expect(fact(page, 'Base model and storage', 'State')).toHaveText('ready')
  const own = await kept()

  await press(page, page.getByRole('contentinfo').getByRole('link', { name: 'Fast-forward' }))
  await expectPage(page, 'Fast-forward')
  const first = page.getByRole('radio', { name: /^Shopper A/ })
  await tabTo(page, first)
  await page.keyboard.press('ArrowRight')
  await expect(page.getByRole('radio', { name: /^Shopper B/ })).toBeChecked()
  await page.keyboard.press('ArrowLeft')
  await expect(first).toBeChecked()
  await press(page, button(page, 'Next order'))
  await expect(page.getByText(/^Order 1 of 10/)).toBeVisible({ timeout: 60_000 })
  await press(page, page.getByRole('button', { name: 'Go on' }))
  await expect(page.getByText(/^Order [3-9] of 10/)).toBeVisible({ timeout: 60_000 })
  await tabTo(page, button(page, 'Pause'), 'Shift+Tab')
  await page.keyboard.press('Enter')
  await expect(page.getByText('Paused.')).toBeVisible()
  await tabTo(page, page.getByRole('combobox', { name: 'Speed' }))
  await page.keyboard.type('As fast')
  await tabTo(page, page.getByRole('button', { name: 'Go on' }), 'Shift+Tab')
  await page.keyboard.press('Enter')
  await expect(page.getByText('The year is over.')).toBeVisible({ timeout: 60_000 })
  const figures = page.locator('.figures tbody tr')
  await expect(figures).toHaveCount(4)
  for (const row of await figures.all()) await expect(row).toContainText(/\d%/)
  await tabTo(page, page.getByRole('combobox', { name: 'Show' }))
  await page.keyboard.type('Hits')
  await expect(page.getByRole('img', { name: /^Hits of four/ })).toBeVisible()

  // Nothing of it was kept, and nothing of the visitor's was read or written.
  expect(
    await page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name)),
  ).toEqual(['nearside'])
  await page.goto('/console')
  await expect(fact(page, 'Base model and storage', 'State')).toHaveText('ready')
  expect(await kept()).toBe(own)
})

test('the console: engine, chain, consent', async ({ page }) => {
  await page.goto('/console')
  await expect(fact(page, 'Base model and storage', 'State')).toHaveText('ready')
  await press(page, button(page, 'Verify chain'))
  await expect(page.getByText(/The chain is whole/)).toBeVisible()
  const consent = page.getByRole('switch', { name: 'Contribute to the shared model' })
  await press(page, consent)
  await expect(fact(page, 'Contribution', 'Consent')).not.toHaveText('not given')
  await press(page, consent)
  await expect(fact(page, 'Contribution', 'Consent')).toHaveText('not given')
  await tabTo(page, page.getByRole('combobox', { name: 'Use engine' }), 'Shift+Tab')
  await page.keyboard.type('Plain')
  await expect(fact(page, 'Engine', 'Engine')).toContainText(/js/i)
})
