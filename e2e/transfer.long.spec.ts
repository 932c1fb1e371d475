/**
 * @module Tests the transfer of a shopper's data from one browser to another, with the data in a vault and in the
 * shop's own origin.
 */
import { readFile } from 'node:fs/promises'
import { type Browser, expect, type Page, test } from 'playwright/test'
import { findings } from './axe.ts'
import { forYou, forYouIds, goHome, openShop } from './shop.ts'
import { SHOP_IN_VAULT } from './vault.ts'

/** Opens another device, which shares nothing with the first. */
async function device(browser: Browser, baseURL: string, phone = false): Promise<Page> {
  const context = await browser.newContext({
    baseURL,
    ...(phone && { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }),
  })
  return context.newPage()
}

const take = (page: Page) => page.getByRole('region', { name: 'Take it with me', exact: true })
const stored = (page: Page) => page.getByRole('region', { name: 'What is stored?', exact: true })

for (const [mode, origin] of [
  ['a vault', () => SHOP_IN_VAULT],
  ['the shop’s own origin', (embedded: string) => embedded],
] as const)
  test(`a transfer file and its passcode move a shopper’s data, by keyboard alone, in ${mode}`, async ({
    browser,
    baseURL,
  }) => {
    const shop = origin(`${baseURL}`)
    const desk = await device(browser, shop)
    await openShop(desk)
    const stranger = await forYouIds(desk)
    await forYou(desk).locator('[data-item]').nth(2).click()
    await expect(desk.getByRole('button', { name: 'Add to basket' }).first()).toBeVisible()
    await goHome(desk)
    await expect.poll(() => forYouIds(desk)).not.toEqual(stranger)
    await desk.goto('/console')
    const posts: string[] = []
    desk.on('request', (request) => request.method() !== 'GET' && posts.push(request.url()))
    const save = take(desk).getByRole('button', { name: 'Save a file for another device' })
    await save.focus()
    const [download] = await Promise.all([
      desk.waitForEvent('download'),
      desk.keyboard.press('Enter'),
    ])
    const path = await download.path()
    const shown = take(desk).getByText('The code of your file:')
    await expect(shown).toBeFocused()
    const code = /([0-9A-Z]{4}-){3}[0-9A-Z]{4}/.exec((await shown.textContent()) ?? '')?.[0] ?? ''
    expect(code).not.toBe('')
    expect(posts).toEqual([])
    const file = await readFile(path, 'utf8')
    expect(Object.keys(JSON.parse(file))).toEqual(['format', 'salt', 'iv', 'sealed'])

    const phone = await device(browser, shop, true)
    await phone.goto('/console')
    await expect(stored(phone)).toContainText('No actions of yours yet.')
    const bring = async (given: string, by: string) => {
      const choice = take(phone).getByLabel('File from another device')
      await choice.setInputFiles({ name: 'a.json', mimeType: '', buffer: Buffer.from(given) })
      await choice.focus()
      await phone.keyboard.press('Tab')
      await expect(take(phone).getByLabel('Its code')).toBeFocused()
      await phone.keyboard.press('ControlOrMeta+a')
      await phone.keyboard.type(by)
      await phone.keyboard.press('Enter')
    }
    const says = (text: string) =>
      expect(take(phone).getByRole('status').filter({ hasText: text })).toBeVisible()
    await bring(file, 'AAAA-AAAA-AAAA-AAAA')
    await says('The code doesn’t open this file')
    await bring(file.slice(0, -9), code)
    await says('This is not a file that a shop saved for another device')
    await expect(stored(phone)).toContainText('No actions of yours yet.')
    await bring(file, code.toLowerCase().replaceAll('-', ' '))
    await says('Brought in: ')
    await expect(stored(phone)).toContainText('Products that you')
    await bring(file, code)
    await says('Nothing in it is new here.')
    expect(await findings(phone)).toEqual([])

    await goHome(phone)
    await expect.poll(() => forYouIds(phone)).not.toEqual(stranger)
    await Promise.all([desk, phone].map((page) => page.context().close()))
  })

test('the shop refuses a transfer file that another shop saved', async ({ browser, baseURL }) => {
  const [here, there] = [await device(browser, `${baseURL}`), await device(browser, SHOP_IN_VAULT)]
  await there.goto('/console')
  const [download] = await Promise.all([
    there.waitForEvent('download'),
    take(there).getByRole('button', { name: 'Save a file for another device' }).click(),
  ])
  const shown = await take(there).getByText('The code of your file:').textContent()
  await here.goto('/console')
  await take(here)
    .getByLabel('File from another device')
    .setInputFiles(await download.path())
  await take(here)
    .getByLabel('Its code')
    .fill(shown?.split(': ')[1] ?? '')
  await take(here).getByRole('button', { name: 'Bring it in' }).click()
  await expect(take(here)).toContainText('The file belongs to another shop')
  await Promise.all([here, there].map((page) => page.context().close()))
})
