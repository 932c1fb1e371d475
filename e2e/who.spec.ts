/**
 * @module Tests "Who's it for?" in the demo shop: each person has a separate list and separate wishes, and a visit as
 * "Nobody" stores nothing.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, expect, type Page, test } from 'playwright/test'
import { filesWith } from './folder.ts'
import { comesToRest, forYou, forYouIds, goHome, learnsFrom, openShop } from './shop.ts'

const WORDS = 'zanzibar quux'
const QUANTITY = 67
/** Chromium's own files about the pages that it opened; no page can change these files. */
const OWN_HISTORY =
  /^Default.(History|Sessions|Shortcuts|Network Action Predictor|Visited Links|Favicons|Top Sites)/

const whoButton = (page: Page) => page.getByRole('button', { name: /^Who’s it for\?/ })
const person = (page: Page, name: string | RegExp) => page.getByRole('radio', { name })
const stored = (page: Page) => page.evaluate(() => JSON.stringify({ ...localStorage }))

/** Opens a product of the list, and waits until the device has learned from the view. */
async function look(page: Page, place: number, looks: number): Promise<void> {
  await page.locator('.for-you [data-item]').nth(place).click()
  await expect(page.getByRole('button', { name: 'Add to basket' }).first()).toBeVisible()
  await learnsFrom(page, looks)
}

test('by keyboard: shopping for somebody else leaves the shopper’s own list and wishes as they were', async ({
  page,
}) => {
  await openShop(page)
  await look(page, 2, 1)
  // After a reload, everything about the view is stored, such as its duration.
  await goHome(page)
  await openShop(page)
  await comesToRest(page)
  const mine = await forYouIds(page)

  await whoButton(page).press('Enter')
  await expect(person(page, 'Me')).toBeFocused()
  await page.getByRole('button', { name: 'Somebody else…' }).press('Enter')
  await page.keyboard.type('Grandma')
  await page.keyboard.press('Enter')
  await expect(person(page, 'Grandma')).toBeFocused()
  await expect(person(page, 'Grandma')).toBeChecked()
  await expect(page.getByRole('heading', { name: 'For Grandma' })).toBeVisible()
  await learnsFrom(page, 0)
  await look(page, 9, 1)
  await page.getByRole('button', { name: 'Add to wishlist' }).first().click()
  await learnsFrom(page, 2)
  await page.getByRole('banner').getByRole('link').first().click()
  await expect(page.getByRole('link', { name: 'Wishlist, 1' })).toBeVisible()
  await expect(page.locator('.for-you [aria-busy="false"] [data-item]').first()).toBeVisible()
  const ids = () =>
    page
      .locator('.for-you [data-item]')
      .evaluateAll((cards) => cards.map((card) => card.getAttribute('data-item')))
  expect(await ids()).not.toEqual(mine)

  await whoButton(page).press('Enter')
  await expect(person(page, 'Grandma')).toBeFocused()
  await page.keyboard.press('ArrowUp')
  await expect(person(page, 'Me')).toBeChecked()
  await expect.poll(() => forYouIds(page)).toEqual(mine)
  await expect(page.getByRole('link', { name: 'Wishlist, 0' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(whoButton(page)).toBeFocused()
  await expect(person(page, 'Me')).toHaveCount(0)
  await openShop(page)
  await expect.poll(() => forYouIds(page)).toEqual(mine)

  await whoButton(page).press('Enter')
  await expect(person(page, 'Me')).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('link', { name: 'Wishlist, 1' })).toBeVisible()
  await expect.poll(ids).not.toEqual(mine)
  await page.getByRole('button', { name: 'Rename Grandma' }).press('Enter')
  await page.keyboard.press('Control+a')
  await page.keyboard.type('Oma')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'For Oma' })).toBeVisible()
  expect(await stored(page)).toContain('nearside-shop.for.')
  await page.getByRole('button', { name: 'Remove Oma' }).press('Enter')
  await page.keyboard.press('Escape')
  await expect(person(page, 'Oma')).toBeFocused()
  await page.getByRole('button', { name: 'Remove Oma' }).press('Enter')
  await page.getByRole('button', { name: 'Delete', exact: true }).press('Enter')
  await expect(person(page, 'Me')).toBeFocused()
  await expect(person(page, 'Oma')).toHaveCount(0)
  await expect.poll(() => forYouIds(page)).toEqual(mine)
  expect(await stored(page)).not.toContain('nearside-shop.for.')
  expect(await stored(page)).not.toContain('Oma')
})

/** Views, wishes, searches and orders as a shopper. @returns id of the order as the server got it */
async function shop(page: Page): Promise<string> {
  await look(page, 4, 1)
  await page.getByRole('spinbutton', { name: 'Quantity' }).first().fill(String(QUANTITY))
  await page.getByRole('button', { name: 'Add to basket' }).first().click()
  await page.getByRole('button', { name: 'Add to wishlist' }).first().click()
  await learnsFrom(page, 3)
  await page.getByRole('combobox', { name: 'Search products' }).fill(WORDS)
  await page.keyboard.press('Enter')
  await expect(page.getByText(`Nothing found for “${WORDS}”`).first()).toBeVisible()
  await page.getByRole('link', { name: /^Basket, / }).click()
  await page.getByRole('link', { name: 'Go to checkout' }).click()
  const sent = page.waitForRequest((request) => request.url().endsWith('/orders'))
  await page.getByRole('button', { name: 'Place demo order' }).click()
  const request = await sent
  expect((await request.response())?.ok()).toBe(true)
  const { id } = request.postDataJSON()
  // The shopper puts a second product into the basket and leaves it there.
  await page.getByRole('link', { name: 'Back to the shop' }).click()
  await look(page, 1, 4)
  await page.getByRole('spinbutton', { name: 'Quantity' }).first().fill(String(QUANTITY))
  await page.getByRole('button', { name: 'Add to basket' }).first().click()
  return id
}

test('a visit as “Nobody” leaves no data of the shop in the browser’s folder; a visit as “Me” does', async ({
  baseURL,
}) => {
  for (const who of ['Me', 'Nobody']) {
    const folder = await mkdtemp(join(tmpdir(), 'nearside-who-'))
    try {
      const context = await chromium.launchPersistentContext(folder, { baseURL })
      const page = await context.newPage()
      await openShop(page)
      await whoButton(page).click()
      await person(page, new RegExp(`^${who}`)).check()
      await expect(whoButton(page)).toContainText(who)
      await expect(page.locator('.who-note')).toHaveCount(who === 'Me' ? 0 : 1)
      const before = await stored(page)
      const order = await shop(page)
      await page.goto('/orders')
      const orders = page.getByRole('heading', { name: 'Order 1', exact: true })
      const basket = page.getByRole('link', { name: `Basket, ${who === 'Me' ? QUANTITY : 0}` })
      await expect(basket).toBeVisible()
      await expect(orders).toHaveCount(who === 'Me' ? 1 : 0)
      expect((await stored(page)) === before).toBe(who === 'Nobody')
      await context.close()
      const texts = [order, WORDS, `"quantity":${QUANTITY}`]
      for (const text of texts) {
        const files = (await filesWith(folder, text)).filter((file) => !OWN_HISTORY.test(file))
        if (who === 'Me') expect(files, text).not.toEqual([])
        else expect(files, text).toEqual([])
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
})

test('an erasure as “Nobody” erases what the shop stored about every person', async ({ page }) => {
  await openShop(page)
  await look(page, 2, 1)
  await page.getByRole('button', { name: 'Add to wishlist' }).first().click()
  await goHome(page)
  await whoButton(page).click()
  await page.getByRole('button', { name: 'Somebody else…' }).click()
  await page.keyboard.type('Grandma')
  await page.keyboard.press('Enter')
  await look(page, 3, 1)
  await page.getByRole('button', { name: 'Add to wishlist' }).first().click()
  await page.getByRole('banner').getByRole('link').first().click()
  await whoButton(page).click()
  await person(page, /^Nobody/).check()
  await expect.poll(() => stored(page)).toContain('"nobody')
  const wishes = () => stored(page).then((text) => text.match(/wishlist/g)?.length ?? 0)
  expect(await wishes()).toBe(2)
  await page.getByRole('button', { name: /^What this shop learned/ }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Erase everything' }).click()
  await dialog
    .getByRole('button', { name: /^(Erase|Yes)/ })
    .last()
    .click()
  await expect.poll(wishes).toBe(0)
  await page.keyboard.press('Escape')
  await expect(forYou(page)).toBeVisible()
  expect(await stored(page)).not.toContain('nearside-shop.for.')
})
