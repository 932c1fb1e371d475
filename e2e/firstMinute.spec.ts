/** @module A stranger's first minute: what is on the first screen, and what moves after a click. */
import { expect, test } from 'playwright/test'
import { forYou, openShop } from './shop.ts'

for (const [width, height] of [
  [1440, 900],
  [1024, 768],
  [390, 844],
]) {
  test(`the first row of the own list is whole on the first screen, ${width} × ${height}`, async ({
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
    // Every row is full.
    expect(cards.length % firstRow.length).toBe(0)
    for (const picture of await forYou(page).locator('.picture img').all())
      await expect(picture).toHaveJSProperty('complete', true)
  })
}
