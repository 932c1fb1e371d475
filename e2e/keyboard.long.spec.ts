/**
 * @module Tests every flow of the shop by keyboard alone. The focus is always visible, and after each step the focus is
 * on the element where reading continues.
 */
import { expect, test } from 'playwright/test'
import { button, expectPage, link, lookByKeys, press, tabTo, textOf } from './keys.ts'
import { comesToRest, forYou, forYouIds, openConsole, openShop } from './shop.ts'

test('by keyboard: the skip link skips the header in two key presses', async ({ page }) => {
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

test('by keyboard: a shopper gets from a listed product to the order history', async ({ page }) => {
  await lookByKeys(page)
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
  await expect(page.getByText('Everything is in your basket.')).toBeVisible()
  await press(page, link(page, 'Go to basket'))
  await expectPage(page, 'Your basket')
  await press(page, button(page, /^Remove/))
  await press(page, button(page, 'Undo'))
  await expectPage(page, 'Your basket')
  await tabTo(page, quantity)
  await page.keyboard.type('0')
  // Many people press Enter after typing a number. After a typed 0, Enter must not undo the removal.
  await page.keyboard.press('Enter')
  await expect(button(page, 'Undo')).toBeVisible()
  await expect(quantity).toHaveCount(0)
  await page.goBack()
  await expectPage(page, 'Your orders')
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Order 1' })).toBeVisible()
})

test('by keyboard: a shopper fills and empties the wishlist', async ({ page }) => {
  await lookByKeys(page)
  const title = await textOf(page.getByRole('heading', { level: 1 }))
  await press(page, button(page, 'Add to wishlist'))
  await press(page, page.getByRole('banner').getByRole('link', { name: 'Wishlist, 1' }))
  await expectPage(page, 'Your wishlist')
  await press(page, page.getByRole('list', { name: 'Your wishlist' }).getByRole('link').first())
  await expectPage(page, title)
  await press(page, button(page, 'On your wishlist'))
  await expect(button(page, 'Add to wishlist')).toBeFocused()
  await page.goBack()
  await expectPage(page, 'Your wishlist')
  await press(page, link(page, 'Start shopping'))
  await expectPage(page, 'Little things to make your day')
})

test('by keyboard: a shopper changes the colour scheme, the list and the department', async ({
  page,
}) => {
  await openShop(page)
  await press(page, button(page, 'Dark colours'))
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await expect(button(page, 'Light colours')).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light')

  const personal = page.getByRole('radio', { name: 'For you' })
  await tabTo(page, personal, 'Shift+Tab')
  await page.keyboard.press('ArrowRight')
  await expect(page.getByRole('radio', { name: 'Everyone’s' })).toBeChecked()
  await expect(
    page.getByText('Personalisation is off: everyone sees the same order.'),
  ).toBeAttached()
  await page.keyboard.press('ArrowLeft')
  await expect(personal).toBeChecked()

  const departments = page.getByRole('navigation', { name: 'Departments' })
  const third = departments.getByRole('link').nth(2)
  const name = await textOf(third)
  await press(page, third)
  await expectPage(page, name)
  await expect(third).toHaveAttribute('aria-current', 'page')
})

test('by keyboard: “Show more” moves the focus to the first new entry', async ({ page }) => {
  await page.goto('/search#q=heart')
  const departments = page.getByRole('group', { name: 'Department' }).locator('.ns-facet-option')
  await press(page, page.getByRole('button', { name: /^All \d+/ }).first())
  await expect(departments.nth(8)).toBeFocused()
  const cards = page.getByRole('list', { name: 'Results for heart' }).getByRole('listitem')
  await expect(cards).toHaveCount(24)
  await press(page, page.getByRole('button', { name: /^Show 24 more/ }))
  await expect(cards).toHaveCount(48)
  await expect(cards.nth(24).getByRole('link').first()).toBeFocused()
})

test('by keyboard: a shopper chooses a quantity and returns to a viewed product', async ({
  page,
}) => {
  await lookByKeys(page)
  const title = await textOf(page.getByRole('heading', { level: 1 }))
  await tabTo(page, page.getByRole('spinbutton', { name: 'Quantity' }))
  await page.keyboard.press('ArrowUp')
  await press(page, button(page, 'Add to basket'))
  await expect(page.getByText(`2 × ${title} added to your basket.`)).toBeVisible()
  await page.goBack()
  // The card that the shopper opened is no longer in sight, so the heading gets the focus.
  await expectPage(page, 'Little things to make your day')
  const viewed = page.getByRole('region', { name: 'Recently viewed' })
  await press(page, viewed.getByRole('link', { name: title }))
  await expectPage(page, title)
})

test('by keyboard: back from a product, the card that was opened has the focus', async ({
  page,
}) => {
  await page.goto('/category/Candles%20%26%20Fragrance#sort=cheap')
  await press(page, page.locator('main a.card').nth(1))
  await expect(page.locator('article.product h1')).toBeFocused()
  const { pathname } = new URL(page.url())
  await page.goBack()
  await expect(page.locator('main a.card:focus')).toHaveAttribute('href', pathname)
})

test('by keyboard: a shopper retries after the shop was unreachable', async ({ page }) => {
  await page.route('**/catalog.json', (route) => route.abort())
  await page.goto('/basket')
  await expect(page.getByRole('alert')).toBeVisible()
  await page.unroute('**/catalog.json')
  await press(page, button(page, 'Try again'))
  await expect(page.getByRole('heading', { level: 1, name: 'Your basket' })).toBeVisible()
  await press(page, link(page, 'Start shopping'))
  await expectPage(page, 'Little things to make your day')
})

test('by keyboard: a shopper searches with a typo, takes a suggestion, filters and goes back', async ({
  page,
}) => {
  await openShop(page)
  await tabTo(page, page.getByRole('combobox', { name: 'Search products' }))
  await page.keyboard.type('lantren', { delay: 20 })
  await page.keyboard.press('Enter')
  await expectPage(page, 'Results for “lantren”')
  await expect(page.locator('main mark').first()).toHaveText(/lantern/i)
  await tabTo(page, page.getByRole('combobox', { name: 'Search products' }))
  await page.keyboard.press('End')
  for (let letter = 0; letter < 3; letter++) await page.keyboard.press('Backspace')
  const suggestion = page.getByRole('list', { name: 'Suggestions' }).getByRole('link').first()
  const words = await textOf(suggestion)
  await page.keyboard.press('ArrowDown')
  await expect(suggestion).toBeFocused()
  await page.keyboard.press('Enter')
  await expectPage(page, `Results for “${words}”`)

  // The heading of the results changes before the results themselves do.
  await comesToRest(page)
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
  // If the address of a filtered search is opened again, it gives the same page.
  await page.goto(address)
  await expect(count).toHaveText(narrowed)
  await tabTo(page, page.getByRole('combobox', { name: 'Sort by' }))
  await page.keyboard.type('Price: l')
  await expect(page).toHaveURL(/sort=cheap/)
})

test('by keyboard: the filters open on a phone', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto('/category/Candles%20%26%20Fragrance#sort=cheap')
  const fold = button(page, 'Filter')
  await press(page, fold)
  await expect(fold).toHaveAttribute('aria-expanded', 'true')
  await press(page, page.getByRole('checkbox', { name: /^Under £1/ }), 'Space')
  await expect(button(page, 'Filter (1 selected)')).toBeVisible()
})

test('by keyboard: a search alone changes the home list, and can be forgotten', async ({
  page,
}) => {
  await openShop(page)
  const before = await forYouIds(page)
  await tabTo(page, page.getByRole('combobox', { name: 'Search products' }))
  await page.keyboard.type('parasol')
  await page.keyboard.press('Enter')
  await expectPage(page, 'Results for “parasol”')
  const results = page.getByRole('list', { name: 'Results for parasol' })
  await expect(results.getByRole('link').first()).toBeVisible()
  await page.goBack()
  await expect(
    forYou(page)
      .locator('.card-title', { hasText: /parasol/i })
      .first(),
  ).toBeVisible()
  await press(page, button(page, 'What this shop learned'))
  const panel = page.getByRole('dialog')
  await expect(panel.getByText('You searched for “parasol”')).toBeVisible()
  await press(page, panel.getByRole('button', { name: 'Forget parasol' }))
  await press(page, panel.getByRole('button', { name: 'Yes, forget it' }))
  await expect(panel.getByText('You searched for “parasol”')).toHaveCount(0)
  await page.keyboard.press('Escape')
  await expect.poll(() => forYouIds(page)).toEqual(before)
})

test('by keyboard: picking a search result changes the home list', async ({ page }) => {
  await openShop(page)
  const before = await forYouIds(page)
  await tabTo(page, page.getByRole('combobox', { name: 'Search products' }))
  await page.keyboard.type('parasol')
  await page.keyboard.press('Enter')
  await expectPage(page, 'Results for “parasol”')
  await press(
    page,
    page.getByRole('list', { name: 'Results for parasol' }).getByRole('link').first(),
  )
  await expect(page.getByRole('heading', { level: 1, name: /parasol/i })).toBeFocused()
  // The test waits until the search is stored: a page load before the personalizer has started would lose it.
  await press(page, button(page, 'What this shop learned'))
  await expect(page.getByRole('dialog').getByText('You searched for “parasol”')).toBeVisible()
  await openConsole(page)
  const events = page.getByRole('region', { name: 'Events on this device' })
  // The number of searches varies: on a busy machine, a pause in typing makes the word's beginning a separate search.
  await expect(events.getByRole('row', { name: /search \d/ })).toBeVisible()
  await expect(events.getByRole('row', { name: /select_item 1/ })).toBeVisible()
  await openShop(page)
  await expect.poll(() => forYouIds(page)).not.toEqual(before)
})
