/**
 * @module Tests a browser whose settings block site data, so that databases, caches, service workers and local storage
 * all fail. In this browser the shop works from memory and says so.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, chromium, expect } from 'playwright/test'
import { fact, forYou, forYouIds, goHome, learnsFrom, openShop, openTechnical } from './shop.ts'

/** `CONTENT_SETTING_BLOCK`. @see https://chromeenterprise.google/policies/#DefaultCookiesSetting */
const BLOCK = 2
const PREFERENCES = { profile: { default_content_setting_values: { cookies: BLOCK } } }

const test = base.extend({
  context: async ({ launchOptions, baseURL }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'nearside-blocked-'))
    await mkdir(join(folder, 'Default'))
    await writeFile(join(folder, 'Default', 'Preferences'), JSON.stringify(PREFERENCES))
    const context = await chromium.launchPersistentContext(folder, { ...launchOptions, baseURL })
    await use(context)
    await context.close()
    await rm(folder, { recursive: true, force: true })
  },
})

test('with site data blocked, every flow works from memory and says so', async ({ page }) => {
  const failures: string[] = []
  page.on('pageerror', (error) => failures.push(error.message))
  await openShop(page)
  // First checks that site data really are blocked: a new browser version could ignore `PREFERENCES`.
  const refusals = await page.evaluate(async () => {
    const refused = (work: () => unknown): Promise<string> =>
      Promise.resolve()
        .then(work)
        .then(
          () => 'allowed',
          (error: Error) => error.name,
        )
    return [
      await refused(() => localStorage.length),
      await refused(() => sessionStorage.length),
      await refused(() => navigator.serviceWorker.register('/sw.js')),
      await refused(
        () =>
          new Promise((resolve, reject) => {
            const request = indexedDB.open('any')
            request.onsuccess = resolve
            request.onerror = () => reject(request.error)
          }),
      ),
    ]
  })
  expect(refusals).not.toContain('allowed')

  const stranger = await forYouIds(page)
  await forYou(page).locator('[data-item]').nth(2).click()
  await page.getByRole('button', { name: 'Add to basket' }).first().click()
  await page.getByRole('button', { name: 'Add to wishlist' }).click()
  await learnsFrom(page, 3)
  await goHome(page)
  await expect.poll(() => forYouIds(page)).not.toEqual(stranger)
  await expect(page.getByRole('heading', { name: 'Recently viewed' })).toBeVisible()

  await page.getByRole('combobox', { name: 'Search products' }).fill('lantern')
  await page.keyboard.press('Enter')
  await expect(page.locator('main mark').first()).toBeVisible()
  await page.getByRole('radio', { name: 'Everyone’s' }).check()
  await page.getByRole('button', { name: 'Dark colours' }).click()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await page.getByRole('link', { name: 'Wishlist, 1' }).click()
  await expect(page.getByRole('list', { name: 'Your wishlist' })).toBeVisible()

  await page.getByRole('link', { name: 'Basket, 1' }).click()
  await page.getByRole('link', { name: 'Go to checkout' }).click()
  await page.getByRole('button', { name: 'Place demo order' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Thank you' })).toBeVisible()
  await page.getByRole('link', { name: 'Your orders' }).first().click()
  await expect(page.getByRole('heading', { name: 'Order 1' })).toBeVisible()

  await page.getByRole('button', { name: 'What this shop learned' }).click()
  const panel = page.getByRole('dialog')
  await expect(panel).toContainText(/until you close this page/)
  await page.keyboard.press('Escape')
  await page.getByRole('contentinfo').getByRole('link', { name: 'Privacy console' }).click()
  await openTechnical(page)
  await expect(fact(page, 'Base model and storage', 'Kept in')).toContainText(/memory/i)

  // After a reload, everything that the shop had in memory is gone.
  await openShop(page)
  await expect.poll(() => forYouIds(page)).toEqual(stranger)
  await expect(page.getByRole('link', { name: 'Basket, 0' })).toBeVisible()
  expect(failures).toEqual([])
})
