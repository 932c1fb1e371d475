/**
 * @module Tests that results keep the shopper's place: sorting, filters and number of products are in the address, and
 * Back restores them with the scroll position and the focus.
 */
import { expect, type Page, test } from 'playwright/test'
import { comesToRest } from './shop.ts'

const cards = (page: Page) => page.locator('main .grid [data-item]')
const idsOf = (page: Page) =>
  cards(page).evaluateAll((all) => all.map((card) => card.getAttribute('data-item') ?? ''))
const pricesOf = (page: Page) =>
  cards(page)
    .locator('.card-price')
    .allTextContents()
    .then((texts) => texts.map((text) => Number(/[\d.]+/.exec(text)?.[0])))
const scrolled = (page: Page) => page.evaluate(() => Math.round(scrollY))
const sortBy = (page: Page) => page.getByLabel('Sort by')
const choices = (page: Page) => new URLSearchParams(new URL(page.url()).hash.slice(1))

for (const [where, address] of [
  ['search results', '/search#q=heart'],
  ['a department', '/category/Jewellery%20%26%20Accessories'],
])
  test(`${where}: Back and reload restore order, filter, number of products, scroll position and focus`, async ({
    page,
  }) => {
    await page.goto(address)
    await expect(cards(page).first()).toBeVisible()
    await comesToRest(page)
    const relevant = await idsOf(page)
    await page.getByRole('checkbox', { name: /^£1 to £3/ }).check()
    await expect.poll(() => choices(page).getAll('price')).toEqual(['1-3'])
    await sortBy(page).selectOption('cheap')
    expect(choices(page).get('sort')).toBe('cheap')
    await expect.poll(() => idsOf(page)).not.toEqual(relevant)

    const more = page.getByRole('button', { name: /^Show \d+ more of / })
    await more.focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => cards(page).count()).toBeGreaterThan(24)
    await expect(cards(page).nth(24)).toBeFocused()
    expect(choices(page).get('show')).toBe('48')
    await comesToRest(page)
    const [ids, prices] = [await idsOf(page), await pricesOf(page)]
    expect(prices).toHaveLength(ids.length)
    expect(prices).toEqual(prices.toSorted((a, b) => a - b))

    const opened = cards(page).nth(30)
    await opened.evaluate((card) => card.scrollIntoView({ block: 'center', behavior: 'instant' }))
    await comesToRest(page)
    const place = await scrolled(page)
    expect(place).toBeGreaterThan(500)
    // A look of a second changes the personal order, but not the order of a list on screen.
    await opened.click()
    await expect(page.locator('article.product')).toBeVisible()
    await page.waitForTimeout(1200)
    const isRestored = async () => {
      await expect(sortBy(page)).toHaveValue('cheap')
      await expect(page.getByRole('checkbox', { name: /^£1 to £3/ })).toBeChecked()
      await expect.poll(() => scrolled(page)).toBe(place)
    }
    await page.goBack()
    await isRestored()
    await expect.poll(() => idsOf(page)).toEqual(ids)
    await expect(opened).toBeFocused()
    // After a reload, products at the same price may be in the new personal order.
    await page.reload()
    await isRestored()
    await expect.poll(() => pricesOf(page)).toEqual(prices)

    // Each choice is one step back.
    await page.goBack()
    await expect(sortBy(page)).toHaveValue('')
    await page.goBack()
    await expect(page.getByRole('checkbox', { name: /^£1 to £3/ })).not.toBeChecked()
  })

test('best match: Back shows the order that the shopper left, though a look changed the personal order', async ({
  page,
}) => {
  await page.goto('/search#q=mug')
  await expect(cards(page).first()).toBeVisible()
  await comesToRest(page)
  const ids = await idsOf(page)
  const opened = cards(page).nth(9)
  await opened.scrollIntoViewIfNeeded()
  const place = await scrolled(page)
  await opened.click()
  await expect(page.locator('article.product')).toBeVisible()
  await page.waitForTimeout(1500)
  await page.goBack()
  await expect.poll(() => idsOf(page)).toEqual(ids)
  await expect.poll(() => scrolled(page)).toBe(place)
})
