/**
 * @module Tests gifts for a budget: the gifts fit the budget, each can be swapped, all can be put into the basket, and
 * Undo removes them.
 */
import { expect, type Page, test } from 'playwright/test'

const gifts = (page: Page) => page.locator('.gift')
const idsOf = (page: Page) =>
  gifts(page).evaluateAll((rows) => rows.map((row) => row.getAttribute('data-item') ?? ''))
const inBasket = (page: Page) => page.getByRole('link', { name: /^Basket, / })

/** Sum of the prices on screen, in pence. */
const sumOf = async (page: Page) =>
  (await page.locator('.gift-price').allInnerTexts())
    .map((text) => Math.round(100 * Number(text.replace('£', ''))))
    .reduce((sum, pence) => sum + pence, 0)

const ask = (page: Page, query: string) => page.goto(`/search#${new URLSearchParams({ q: query })}`)

test('gifts fit a budget for four; all go into the basket, Undo empties it', async ({ page }) => {
  await ask(page, '£20 for four people')
  await expect(gifts(page)).toHaveCount(4)
  const departments = await page.locator('.gift .small').allInnerTexts()
  expect(new Set(departments).size).toBe(4)
  const first = await idsOf(page)
  expect(new Set(first).size).toBe(4)
  expect(await sumOf(page)).toBeLessThanOrEqual(2000)

  const swap = page.getByRole('button', { name: /^Swap / }).nth(1)
  await swap.focus()
  await page.keyboard.press('Enter')
  await expect.poll(() => idsOf(page)).not.toEqual(first)
  await expect(swap).toBeFocused()
  const swapped = await idsOf(page)
  expect(swapped.filter((id) => !first.includes(id))).toHaveLength(1)
  expect(await sumOf(page)).toBeLessThanOrEqual(2000)
  await expect(page.getByText(' instead of ')).toBeVisible()

  await page.getByRole('button', { name: 'Add all to basket' }).click()
  await expect(inBasket(page)).toHaveAccessibleName('Basket, 4')
  await expect(page.getByRole('button', { name: /^Swap / })).toHaveCount(0)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(inBasket(page)).toHaveAccessibleName('Basket, 0')
  expect(await idsOf(page)).toEqual(swapped)
})

test('if no choice fits the budget, the page says so and names the lowest possible cost', async ({
  page,
}) => {
  await ask(page, '£0.10 for four people')
  await expect(
    page.getByText(/^Nothing fits this budget\. The 4 cheapest products cost £/),
  ).toBeVisible()
  await expect(gifts(page)).toHaveCount(0)
  await ask(page, '£20 for mum')
  await expect(page.locator('main .card').first()).toBeVisible()
})
