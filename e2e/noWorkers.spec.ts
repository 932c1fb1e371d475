/** @module Tests that in a browser without workers, the shop learns in the page itself. */
import { expect, test } from 'playwright/test'
import { forYou, forYouIds, goHome, openConsole, openShop } from './shop.ts'

test('without workers a click changes the list, and the console says that the shop learns in the page', async ({
  page,
}) => {
  await page.addInitScript(() => {
    Reflect.deleteProperty(globalThis, 'Worker')
  })
  const errors: string[] = []
  page.on('pageerror', ({ message }) => errors.push(message))
  await openShop(page)
  expect(await page.evaluate(() => 'Worker' in globalThis)).toBe(false)
  const before = await forYouIds(page)
  await forYou(page).locator('[data-item]').nth(2).click()
  await expect(page.getByRole('button', { name: 'Add to basket' }).first()).toBeVisible()
  await goHome(page)
  await expect.poll(() => forYouIds(page)).not.toEqual(before)
  await openConsole(page)
  await expect(page.getByText(/The worker could not be made .* in the page itself/)).toBeVisible()
  expect(errors).toEqual([])
})
