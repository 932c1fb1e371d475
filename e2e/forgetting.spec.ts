/** @module Tests that forgotten events disappear from the shop's own pages, in every open tab, and return on undo. */
import { expect, test } from 'playwright/test'
import { learnsFrom, openShop } from './shop.ts'

test('deleted orders disappear from “Your orders”, also in another tab and after a reload', async ({
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

test('a forgotten department vanishes from panel and shop; “Undo” restores it', async ({
  page,
}) => {
  await openShop(page)
  for (const [looks, path] of [
    '/category/Candles%20%26%20Fragrance',
    '/category/Christmas',
  ].entries()) {
    await page.goto(path)
    await page.locator('main [data-item]').first().click()
    await learnsFrom(page, looks + 1)
  }
  await page.goto('/')
  const viewed = page.getByRole('region', { name: 'Recently viewed' }).locator('[data-item]')
  const shown = () => viewed.evaluateAll((all) => all.map((one) => one.getAttribute('data-item')))
  await expect(viewed).toHaveCount(2)
  const before = await shown()
  await page.getByRole('button', { name: 'What this shop learned' }).click()
  const panel = page.getByRole('dialog')
  const lines = panel.locator('.ns-learned:not(.ns-stored) li')
  await expect(lines.first()).toBeVisible()
  const learned = await lines.allTextContents()
  const forget = panel.getByRole('button', { name: /^Forget/ }).first()
  const name = String(await forget.getAttribute('aria-label')).replace('Forget ', '')
  await forget.click()
  await panel.getByRole('button', { name: 'Yes, forget it' }).click()
  await expect(panel.getByText(`${name} has been forgotten.`)).toBeVisible()
  await expect.poll(() => lines.allTextContents()).not.toContain(learned[0])
  expect((await shown()).length).toBeLessThan(2)

  await panel.getByRole('button', { name: 'Undo' }).click()
  await expect(panel.getByText(`${name} is back.`)).toBeVisible()
  await expect.poll(() => lines.allTextContents()).toEqual(learned)
  expect(await shown()).toEqual(before)
  await expect(panel.getByRole('button', { name: 'Undo' })).toHaveCount(0)

  await forget.click()
  await panel.getByRole('button', { name: 'Yes, forget it' }).click()
  await expect(panel.getByRole('button', { name: 'Undo' })).toBeVisible()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'What this shop learned' }).click()
  await expect(panel.getByRole('button', { name: 'Undo' })).toHaveCount(0)
  await page.reload()
  await expect.poll(async () => (await shown()).length).toBeLessThan(2)
})
