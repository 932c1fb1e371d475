/**
 * @module Tests the settings above the home page's list. The list changes at once with these settings; the shop stores
 * them until the shopper resets them.
 */
import { expect, type Page, test } from 'playwright/test'
import { comesToRest, forYou, forYouIds, keepsLatestModel, keepsShop, openShop } from './shop.ts'

const pricesOf = async (page: Page) =>
  (await forYou(page).locator('.card-price').allInnerTexts()).map((text) =>
    Number(text.replace(/[^\d.]/g, '')),
  )
const meanOf = async (page: Page) => {
  const prices = await pricesOf(page)
  return prices.reduce((sum, price) => sum + price, 0) / prices.length
}
const price = (page: Page) => page.getByRole('slider', { name: 'Price' })

test('the list follows the price setting, even after a reload, and Reset restores the model’s order', async ({
  page,
}) => {
  await openShop(page)
  // The test waits for downloads that don't depend on the settings above the list.
  await keepsShop(page)
  await expect.poll(() => keepsLatestModel(page)).toBe(true)
  await comesToRest(page)
  const before = await forYouIds(page)
  const mean = await meanOf(page)
  await page.getByRole('button', { name: 'Tune', exact: true }).click()
  await expect(price(page)).toHaveAttribute('aria-valuetext', 'any price')
  expect(await forYouIds(page)).toEqual(before)

  const requested: string[] = []
  page.on('request', (request) => requested.push(request.url()))
  await price(page).focus()
  await page.keyboard.press('End')
  await expect.poll(() => meanOf(page)).toBeGreaterThan(1.5 * mean)
  await page.keyboard.press('Home')
  await expect.poll(() => meanOf(page)).toBeLessThan(mean / 2)
  await expect(price(page)).toBeFocused()
  await expect(price(page)).toHaveAttribute('aria-valuetext', 'around £0.25')
  expect(requested.filter((url) => /^https?:/.test(url) && !url.endsWith('latest.json'))).toEqual(
    [],
  )
  const cheap = await forYouIds(page)

  await openShop(page)
  await expect.poll(() => forYouIds(page)).toEqual(cheap)
  await page.getByRole('button', { name: 'Tune', exact: true }).click()
  await page.getByRole('button', { name: 'Reset' }).click()
  await expect.poll(() => forYouIds(page)).toEqual(before)
  await expect(page.getByText('You tuned this list.')).toHaveCount(0)
})

test('“Less” of a theme takes the theme’s products out of the list, and the panel can reset this choice', async ({
  page,
}) => {
  await openShop(page)
  const before = await forYouIds(page)
  await page.getByRole('button', { name: 'Tune', exact: true }).click()
  const theme = page.locator('.tune-theme').last()
  const name = ((await theme.textContent()) ?? '').replace('×', '').trim()
  const titled = forYou(page).locator('.card-title', { hasText: new RegExp(name, 'i') })
  const many = await titled.count()
  expect(many).toBeGreaterThan(0)
  await page.getByRole('button', { name: `Less ${name}`, exact: true }).click()
  await expect.poll(() => titled.count()).toBeLessThan(many)
  await page.getByRole('button', { name: /^What this shop learned/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Reset' }).click()
  await page.keyboard.press('Escape')
  await expect.poll(() => forYouIds(page)).toEqual(before)
})
