/**
 * @module Tests that the shop asks before it stores events. It stores nothing before the shopper answers, the whole
 * visit right after they allow it, and nothing after they refuse.
 */
import { expect, type Page, test } from 'playwright/test'
import { findings } from './axe.ts'
import { forYou, hasLoaded, learnsFrom, openShop } from './shop.ts'

/** The tests' server configures a shop that stores events without asking, so these tests remove that setting. */
test.beforeEach(async ({ context }) => {
  await context.route('**/federation.json', async (route) => {
    const response = await route.fetch()
    const { persist: _, vault: __, ...rest } = await response.json()
    await route.fulfill({ response, json: rest })
  })
})

/** What the page's origin has stored on the device. */
const stored = (page: Page) =>
  page.evaluate(async () => ({
    databases: (await indexedDB.databases()).map(({ name }) => name),
    caches: await caches.keys(),
    local: Object.keys(localStorage).sort(),
    workers: (await navigator.serviceWorker.getRegistrations()).length,
  }))

const NOTHING = { databases: [], caches: [], local: [], workers: 0 }

const question = (page: Page) => page.getByRole('region', { name: /^Keep what this shop learns/ })

async function look(page: Page): Promise<void> {
  await forYou(page).locator('[data-item]').nth(1).click()
  await learnsFrom(page, 1)
  // The question about storing appears after the note about what was learned.
  await page.getByRole('link', { name: 'See what changed' }).click()
  await expect(question(page)).toBeVisible()
}

test('before an answer nothing is stored; before a click no question shows', async ({ page }) => {
  await openShop(page)
  await hasLoaded(page)
  await expect(question(page)).toHaveCount(0)
  await look(page)
  await expect(page.locator('.for-you-line')).toHaveText(/^\d+ of /)
  expect(await stored(page)).toEqual(NOTHING)
  expect(await findings(page)).toEqual([])
  await page.reload()
  await learnsFrom(page, 0)
})

test('if the shopper allows storing, every tab stores the visit at once, and the shop does not ask again', async ({
  page,
  context,
}) => {
  const other = await context.newPage()
  await openShop(other)
  await openShop(page)
  await look(page)
  await question(page).getByRole('button', { name: 'Keep' }).click()
  await expect(question(page)).toHaveCount(0)
  await learnsFrom(other, 1)
  expect((await stored(page)).databases).toEqual(['nearside'])
  await page.reload()
  await learnsFrom(page, 1)
  await expect(question(page)).toHaveCount(0)

  // In the panel the shopper changes the answer.
  await page.getByRole('button', { name: 'What this shop learned' }).click()
  const keep = page.getByRole('switch', { name: /^Keep what this shop learns/ })
  await expect(keep).toHaveAttribute('aria-checked', 'true')
  await keep.click()
  await expect(keep).toHaveAttribute('aria-checked', 'false')
  await expect.poll(() => stored(page)).toEqual({ ...NOTHING, local: ['nearside-shop.declined'] })
  await learnsFrom(page, 1)
  await learnsFrom(other, 1)
})

test('“Cut the wire”, pressed before consent, works once files are stored', async ({ page }) => {
  await page.goto('/play')
  await hasLoaded(page)
  await page.getByRole('button', { name: 'Cut the wire' }).click()
  await page.getByRole('button', { name: 'Keep' }).click()
  await expect(page.locator('.wire-state')).toHaveText(/^The wire is cut/)
})

test('after “Only this visit” the shop learns, but stores only this answer', async ({ page }) => {
  await openShop(page)
  await look(page)
  await question(page).getByRole('button', { name: 'Only this visit' }).click()
  await expect(question(page)).toHaveCount(0)
  await learnsFrom(page, 1)
  expect(await stored(page)).toEqual({ ...NOTHING, local: ['nearside-shop.declined'] })
  await openShop(page)
  await forYou(page).locator('[data-item]').nth(1).click()
  await learnsFrom(page, 1)
  await page.getByRole('link', { name: 'See what changed' }).click()
  await expect(page.locator('.for-you-line')).toHaveText(/^\d+ of /)
  await expect(question(page)).toHaveCount(0)
})

test('if a tab closes during an erasure, the next visit erases the rest', async ({ page }) => {
  await openShop(page)
  await look(page)
  await question(page).getByRole('button', { name: 'Keep' }).click()
  await expect(question(page)).toHaveCount(0)
  await expect.poll(async () => (await stored(page)).databases).toEqual(['nearside'])
  // A tab leaves this state if it closes after it has stored the refusal, but before it has erased the disk.
  await page.evaluate(() => localStorage.setItem('nearside-shop.declined', 'true'))
  await openShop(page)
  await expect.poll(() => stored(page)).toEqual({ ...NOTHING, local: ['nearside-shop.declined'] })
})
