/** @module What is deleted in the console leaves the shop's own pages, in every open tab. */
import { expect, test } from 'playwright/test'
import { openShop } from './shop.ts'

test('deleted orders leave “Your orders”, in another tab and after a reload', async ({
  page,
  context,
}) => {
  await openShop(page)
  await page.locator('[data-item]').first().click()
  await page.getByRole('button', { name: 'Add to basket' }).first().click()
  await page.getByRole('link', { name: 'Go to basket' }).click()
  await page.getByRole('link', { name: /checkout/i }).click()
  await page.getByRole('button', { name: /^Place/ }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Thank you' })).toBeVisible()

  const other = await context.newPage()
  await other.goto('/orders')
  await expect(other.getByRole('article', { name: 'Order 1' })).toBeVisible()
  await page.goto('/console')
  await page.getByRole('button', { name: 'Delete: Orders' }).click()
  await page.getByRole('button', { name: 'Yes, delete' }).click()
  await expect(page.getByText('Deleted: Orders.')).toBeVisible()
  await expect(other.getByText('No orders yet')).toBeVisible()
  await other.reload()
  await expect(other.getByText('No orders yet')).toBeVisible()
})
