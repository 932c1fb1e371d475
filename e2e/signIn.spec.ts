/** @module A returning shopper signs in: what the shop knows of their orders is the browser's at once. */
import { expect, test } from 'playwright/test'
import { go } from './pages.ts'
import { openShop } from './shop.ts'

test('past orders are taken in once, change the lists, and stay erased', async ({ page }) => {
  await openShop(page)
  const forYou = page.locator('.for-you [data-item]')
  const shown = () => forYou.evaluateAll((all) => all.map((one) => one.getAttribute('data-item')))
  const before = await shown()
  await go(page, '/orders')
  await page.getByLabel('Sign in as').selectOption({ index: 5 })
  await page.getByRole('button', { name: 'Sign in' }).press('Enter')
  const heading = (name: string) => page.getByRole('heading', { level: 2, name })
  await expect(heading('Signed in as Shopper F')).toBeFocused()
  await expect(page.getByText(/^\d+ of 25 orders taken in/)).toBeVisible()
  await expect(page.locator('.past-order')).toHaveCount(25)
  await go(page, '/')
  await expect.poll(shown).not.toEqual(before)

  await page.reload()
  await go(page, '/orders')
  await expect(heading('Signed in as Shopper F')).toBeVisible()
  await page.getByRole('button', { name: 'What this shop learned' }).click()
  const panel = page.getByRole('dialog')
  await panel.getByRole('button', { name: /^Erase/ }).click()
  await panel.getByRole('button', { name: /^Yes/ }).click()
  await expect(panel.getByText(/^Erased/)).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByText('No orders yet')).toBeVisible()
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByText('There was nothing new to take in')).toBeVisible()
  await expect(heading('Shopped here before?')).toBeVisible()
})
