/**
 * @module Tests that the browser refuses forged base models from the shop's server, and keeps the model that the shop's
 * keys signed.
 */
import { expect, test } from 'playwright/test'
import { fact, keepsModel, openConsole, openShop } from './shop.ts'

test('a model without the keys’ signature is refused, and the console says so', async ({
  page,
}) => {
  await openShop(page)
  await expect.poll(() => keepsModel(page)).toBe(true)
  await openConsole(page)
  const version = fact(page, 'Base model and storage', 'Version')
  // The page starts with the model that was newest when the server started. The test first loads any newer model.
  await page.getByRole('button', { name: 'Look for a newer model' }).click()
  await expect(page.getByText(/^Version .* is (the newest|now in use)\.$/)).toBeVisible()
  const before = await version.textContent()
  const response = await page.request.get('/models/latest.json', { maxRetries: 3 })
  const latest = await response.json()
  const other = 'b'.repeat(64)
  const { signed: _, ...unsigned } = { ...latest, manifest: other }
  const renumbered = { ...latest, signed: { ...latest.signed, release: 99 } }
  for (const made of [unsigned, { ...latest, manifest: other }, renumbered]) {
    await page.route('**/models/latest.json', (route) => route.fulfill({ json: made }))
    await page.getByRole('button', { name: 'Look for a newer model' }).click()
    await expect(page.getByText(/has 0 of the 1 signatures/).last()).toBeVisible()
    await expect(version).toHaveText(before ?? '')
    await page.unroute('**/models/latest.json')
    await page.getByRole('button', { name: 'Look for a newer model' }).click()
    await expect(page.getByText(/^Version .* is the newest\.$/)).toBeVisible()
  }
})
