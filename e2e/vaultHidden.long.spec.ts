/**
 * @module Tests a page's script that hides most of the vault's frame, in many ways. A press on the part that is still
 * visible gives no consent.
 */
import { type BrowserContext, expect, type Page, test } from 'playwright/test'
import { type Box, HIDINGS, hide, REVEAL } from './hidings.ts'
import { closeVaultShops, type VaultShop } from './vault.ts'
import {
  agreeIn,
  askByScript,
  consentsIn,
  offerOf,
  openContributing,
  stealPort,
} from './vaultQuestion.ts'

let context: BrowserContext
let page: Page
let site: VaultShop
/** Number of ways of hiding despite which a press opened the consent question. */
let opening = 0

test.beforeAll(async ({ browser }) => {
  site = await openContributing()
  context = await browser.newContext()
  page = await context.newPage()
  await page.goto(`${site.shop}/console`)
  await stealPort(page)
})

test.afterAll(async () => {
  await context.close()
  closeVaultShops()
})

/** Presses the place where the frame's last button is now, and then all over the page. */
async function pressEverywhere(button: Pick<Box, 'x' | 'y'>): Promise<void> {
  const { width = 0, height = 0 } = page.viewportSize() ?? {}
  await page.mouse.click(button.x, button.y)
  for (let row = 0.5; row < 6; row++)
    for (let column = 0.5; column < 6; column++)
      await page.mouse.click((width * column) / 6, (height * row) / 6)
}

for (const way of HIDINGS)
  test(`a page’s script that hides the frame gets no consent, ${way}`, async () => {
    await askByScript(page)
    const offer = offerOf(page)
    await expect(offer.getByRole('heading')).toBeVisible()
    const last = offer.getByRole('button').last()
    const button = await last.boundingBox()
    if (button === null) throw new Error('The frame has no button.')
    await page.evaluate(hide(way, button))
    const now = (await last.boundingBox({ timeout: 1000 }).catch(() => null)) ?? button
    for (const { x, y, width, height } of [button, now])
      await pressEverywhere({ x: x + width / 2, y: y + height / 2 })
    await page.evaluate(REVEAL)
    const windows = context.pages().filter((one) => one !== page)
    opening += Math.min(windows.length, 1)
    for (const opened of windows) {
      // A press can at most open the whole consent question. It never answers the question.
      await expect(agreeIn(opened)).toBeVisible()
      await expect(opened.getByRole('heading')).toBeInViewport({ ratio: 1 })
      // A second press at the same place of the window gives no answer, either.
      await opened.mouse.click(button.x + button.width / 2, button.y + button.height / 2)
      await opened.close()
    }
    expect(await consentsIn(page, site.vault)).toEqual([])
  })

test('the presses of these tests reach the frame: in over a quarter of the ways of hiding, they open the consent question', () => {
  expect(opening).toBeGreaterThan(HIDINGS.length / 4)
})
