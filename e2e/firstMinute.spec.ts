/** @module Tests a new visitor's first minute: the first screen, and how lists change after a click. */
import { expect, type Page, test } from 'playwright/test'
import { picture } from './film.ts'
import { forYou, forYouIds, keepsShop, learnsFrom, openShop } from './shop.ts'

for (const [width, height] of [
  [1440, 900],
  [1024, 768],
  [390, 844],
]) {
  test(`the first screen shows the whole first row of “For you” at ${width} × ${height}`, async ({
    page,
  }) => {
    await page.setViewportSize({ width, height })
    await openShop(page)
    const hero = await page.locator('.hero').boundingBox()
    expect(hero?.height).toBeLessThanOrEqual(280)
    const cards = await forYou(page)
      .getByRole('listitem')
      .evaluateAll((items) => items.map((item) => item.getBoundingClientRect().toJSON()))
    const firstRow = cards.filter(({ top }) => top === cards[0].top)
    expect(firstRow.length).toBeGreaterThan(1)
    for (const { bottom } of firstRow) expect(bottom).toBeLessThanOrEqual(height)
    expect(cards.length % firstRow.length).toBe(0)
    for (const picture of await forYou(page).locator('.picture img').all())
      await expect(picture).toHaveJSProperty('complete', true)
  })
}

test('no two shelves of the home page share a product, either before or after a view', async ({
  page,
}) => {
  await openShop(page)
  // The shelf of viewed products is left out, because it is allowed to repeat a product of another shelf.
  const shelves = page.locator('main section', {
    has: page.locator('[aria-busy="false"]'),
    hasNot: page.getByRole('heading', { name: 'Recently viewed' }),
  })
  const shown = () =>
    shelves
      .locator('[data-item]')
      .evaluateAll((cards) => cards.map((card) => card.getAttribute('data-item')))
  for (const many of [2, 3]) {
    await expect(shelves).toHaveCount(many)
    const ids = await shown()
    expect(ids.length).toBe(12 + 6 * (many - 1))
    expect(new Set(ids).size).toBe(ids.length)
    if (many === 3) continue
    await look(page, 0, 1)
    await openShop(page)
  }
})

/** Counts the animations of the list's cards, for each animated property. */
async function watchMotion(page: Page): Promise<() => Promise<Record<string, number>>> {
  await page.addInitScript(() => {
    const seen = { transform: 0, opacity: 0 }
    Object.assign(window, { motion: seen })
    const { animate } = Element.prototype
    Element.prototype.animate = function (this: Element, ...given) {
      const frames = JSON.stringify(given[0])
      if (this.closest('.for-you')) seen[frames.includes('transform') ? 'transform' : 'opacity']++
      return animate.apply(this, given)
    }
  })
  return () => page.evaluate(() => (window as unknown as { motion: Record<string, number> }).motion)
}

/** Opens a product of the list, and waits until the device has learned from the view. */
async function look(page: Page, place: number, learned: number): Promise<string> {
  const card = forYou(page).locator('[data-item]').nth(place)
  const title = (await card.locator('.card-title').textContent()) ?? ''
  await card.click()
  await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible()
  await learnsFrom(page, learned)
  return title
}

test('in the first minute, a view changes the list, one press shows everyone’s list, and the shop works offline', async ({
  page,
  context,
}) => {
  const motion = await watchMotion(page)
  await page.setViewportSize({ width: 1000, height: 700 })
  await openShop(page)
  const everyones = await forYouIds(page)
  await expect(
    page.getByRole('button', { name: 'Nothing learned yet · Shared nothing' }),
  ).toBeVisible()
  const line = forYou(page).locator('.for-you-line')
  await expect(line).toHaveText(/^Everyone sees this list/)

  const title = await look(page, 2, 1)
  await expect(page.getByText('Got it, on this device only.')).toBeVisible()
  await page.getByRole('link', { name: 'See what changed' }).click()
  await expect(line).toHaveText(/^\d+ of these 12 are new since you looked at /)
  await expect(line).toContainText(title)
  await expect(page.getByText('Got it, on this device only.')).toHaveCount(0)
  const risen = forYou(page).locator('.rise')
  await expect(risen.first()).toContainText(/▲ \d+.*places higher than for everyone/)
  expect((await motion()).transform).toBeGreaterThan(0)
  expect(await forYouIds(page)).not.toEqual(everyones)

  const everyone = page.getByRole('button', { name: 'Show everyone’s list' })
  await everyone.click()
  await expect.poll(() => forYouIds(page)).toEqual(everyones)
  await expect(risen).toHaveCount(0)
  await everyone.click()
  // The shopper's list may have changed since the test read it, so the test requires only that it isn't everyone's list.
  await expect.poll(() => forYouIds(page)).not.toEqual(everyones)
  await expect(line).toContainText(title)

  const second = await look(page, 4, 2)
  await page.goBack()
  await expect(line).toContainText(second)
  const third = await look(page, 1, 3)
  await keepsShop(page)
  await expect(page.getByText('Now turn off your network and keep shopping.')).toBeVisible()
  await context.setOffline(true)
  await page.goBack()
  await expect(line).toContainText(third)
  const offline = await look(page, 5, 4)
  await page.goBack()
  await expect(line).toContainText(offline)
  await page.getByRole('button', { name: 'Close this note' }).click()
  await expect(page.getByText('Now turn off your network')).toHaveCount(0)

  await page.setViewportSize({ width: 1280, height: 860 })
  await page.getByRole('link', { name: 'Side by side' }).first().click()
  await expect(page.locator('.move').first()).toBeVisible()
  await picture(page, 'docs/side-by-side.jpg')
})

test('with reduced motion the cards fade instead of moving', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  const motion = await watchMotion(page)
  await openShop(page)
  await look(page, 2, 1)
  await page.goBack()
  await expect(forYou(page).locator('.rise').first()).toBeVisible()
  const { transform, opacity } = await motion()
  expect(transform).toBe(0)
  expect(opacity).toBeGreaterThan(0)
})
