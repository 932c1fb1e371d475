/** @module Tests the console's print view: a report of two pages. */
import { expect, test } from 'playwright/test'
import { openShop } from './shop.ts'

test('the console prints on at most two pages, without buttons', async ({ page }) => {
  await openShop(page)
  await page.locator('[data-item]').first().click()
  await page.getByRole('button', { name: 'Add to basket' }).first().click()
  // The test waits until the view is stored before it leaves the page.
  await expect(page.locator('button.learned b').first()).toHaveText(/ [1-9]/)
  await page.goto('/console')
  await expect(page.getByRole('button', { name: /^Delete: Products put/ })).toBeVisible()
  await page.getByRole('button', { name: 'Ask both servers for their terms' }).click()
  await page.getByRole('switch', { name: 'Contribute to the shared model' }).click()
  await expect(page.getByText('Agreed.')).toBeVisible()
  await page.emulateMedia({ media: 'print' })
  for (const shown of await page.getByRole('button').all()) await expect(shown).toBeHidden()
  const pages = (await page.pdf({ format: 'A4' }))
    .toString('latin1')
    .match(/\/Type\s*\/Page\b(?!s)/g)
  expect(pages?.length).toBeLessThanOrEqual(2)
})
