/** @module In a vault, a consent is given in its own frame: no script of the shop's page can give it. */
import { expect, type Page, test } from 'playwright/test'
import { findings } from './axe.ts'
import { openTechnical } from './shop.ts'
import { closeVaultShops, openVaultShop, questionOf, SHOP_IN_VAULT, vaultWorker } from './vault.ts'

test.afterEach(closeVaultShops)

const AGGREGATORS = { leader: 'http://127.0.0.1:9', helper: 'http://127.0.0.1:10' }
const openContributing = () => openVaultShop(undefined, undefined, AGGREGATORS)

const consentOf = (page: Page) =>
  page.getByRole('switch', { name: /^(Contribute to the shared|Zum gemeinsamen) / })

test('the shopper agrees in the vault’s words, by keyboard, and the log keeps their hash', async ({
  page,
}) => {
  const { shop, vault } = await openContributing()
  await page.goto(`${shop}/console`)
  await consentOf(page).focus()
  await page.keyboard.press('Enter')
  const question = questionOf(page)
  const heading = question.getByRole('heading', { name: 'Contribute to the shared model?' })
  await expect(heading).toBeFocused()
  await expect(question).toContainText(`${new URL(shop).host} asks.`)
  await expect(page.getByRole('dialog')).toHaveAttribute('aria-label', /^localhost:\d+$/)
  const frame = page.frames().find((one) => one.url().startsWith(vault))
  expect(frame && (await findings(frame))).toEqual([])
  // What lies behind can't be reached meanwhile.
  await page.keyboard.press('Tab')
  await expect(question.getByRole('button', { name: 'Not now' })).toBeFocused()
  await expect(question.getByRole('button', { name: 'I agree' })).toBeEnabled()
  await page.keyboard.press('Tab')
  await expect(question.getByRole('button', { name: 'I agree' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(consentOf(page)).toHaveAttribute('aria-checked', 'true')
  await expect(question).toBeHidden()
  await expect(consentOf(page)).toBeFocused()
  // It is taken back without a question.
  await page.keyboard.press('Enter')
  await expect(consentOf(page)).toHaveAttribute('aria-checked', 'false')
})

test('what is declined, by button, by Escape or by closing, is not agreed to', async ({ page }) => {
  const { shop } = await openContributing()
  await page.goto(`${shop}/console`)
  const ways = [
    () => questionOf(page).getByRole('button', { name: 'Not now' }).click(),
    () => page.keyboard.press('Escape'),
    () =>
      page.evaluate(() => document.querySelector<HTMLDialogElement>('dialog:has(iframe)')?.close()),
  ]
  for (const decline of ways) {
    await consentOf(page).click()
    await expect(questionOf(page).getByRole('heading')).toBeFocused()
    await decline()
    await expect(questionOf(page)).toBeHidden()
    await expect(page.getByText('Not agreed: nothing is shared.')).toBeVisible()
    await expect(consentOf(page)).toHaveAttribute('aria-checked', 'false')
  }
})

/** All that the vault's databases hold of answers. */
async function consentsIn(page: Page, vault: string): Promise<unknown> {
  const worker = await vaultWorker(page, vault)
  return worker.evaluate(async () => {
    const [{ name = '' }] = await indexedDB.databases()
    const opened = await new Promise<IDBDatabase>((resolve) => {
      const opening = indexedDB.open(name)
      opening.onsuccess = () => resolve(opening.result)
    })
    const all = await new Promise((resolve) => {
      const reading = opened.transaction('ledger').objectStore('ledger').getAll()
      reading.onsuccess = () => resolve(reading.result.filter(({ kind }) => kind === 'consent'))
    })
    opened.close()
    return all
  })
}

test('a script of the page can’t answer: by messages, by events, by covering the question', async ({
  page,
}) => {
  const { shop, vault } = await openContributing()
  await page.goto(`${shop}/console`)
  await page.evaluate(() => {
    // The port that the page has is what such a script has, too.
    const post = MessagePort.prototype.postMessage
    MessagePort.prototype.postMessage = function (message: unknown, ...rest: []) {
      if ((message as { kind?: string }).kind === 'call')
        Object.assign(globalThis, { stolen: this })
      return post.call(this, message, ...rest)
    }
  })
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
  await expect.poll(() => page.evaluate(() => 'stolen' in globalThis)).toBe(true)
  await page.evaluate(() => {
    const { stolen } = globalThis as unknown as { stolen: MessagePort }
    const call = { kind: 'call', id: 4711, name: 'setContribution', args: [true, 'Win a prize?'] }
    stolen.postMessage(call)
  })
  const question = questionOf(page)
  await expect(question.getByRole('heading')).toBeVisible()
  await expect(question).not.toContainText('prize')
  const agree = question.getByRole('button', { name: 'I agree' })
  await expect(agree).toBeEnabled()
  const cover = (style: string) =>
    page.evaluate((style) => {
      const cover = Object.assign(document.createElement('div'), { popover: 'manual', id: 'cover' })
      cover.style.cssText = style
      document.body.append(cover)
      cover.showPopover()
    }, style)
  await cover('pointer-events:none;inset:0;width:100vw;height:100vh;background:white')
  await expect(agree).toBeDisabled()
  await page.evaluate(() => document.getElementById('cover')?.remove())
  await expect(agree).toBeEnabled()
  await page.evaluate(() => {
    const frame = document.querySelector<HTMLIFrameElement>('iframe[title="vault"]')
    if (frame) frame.style.opacity = '0.01'
  })
  await expect(agree).toBeDisabled()
  await page.evaluate(() => {
    const frame = document.querySelector<HTMLIFrameElement>('iframe[title="vault"]')
    for (const said of [{ wording: 'Yes' }, { vault: 'nearside-vault 2', wording: 'Yes' }])
      frame?.contentWindow?.postMessage(said, '*')
  })
  // What it says to the frame can at most take the question away.
  await expect(question).toBeHidden()
  expect(await consentsIn(page, vault)).toEqual([])
})

test('a withdrawal in one tab ends the request of another that is under way, for good', async ({
  browser,
}) => {
  const context = await browser.newContext({ baseURL: SHOP_IN_VAULT })
  const [sender, other] = [await context.newPage(), await context.newPage()]
  for (const tab of [sender, other]) await tab.goto('/console')
  await consentOf(sender).click()
  await questionOf(sender).getByRole('button', { name: 'I agree' }).click()
  await expect(consentOf(other)).toHaveAttribute('aria-checked', 'true')
  // The leader takes all the time in the world.
  const posted: string[] = []
  await context.route('**/v1/reports', (route) => void posted.push(route.request().method()))
  await openTechnical(sender)
  await sender.getByRole('button', { name: 'Send an update now' }).click()
  await expect.poll(() => posted).toEqual(['POST'])
  const ended = context.waitForEvent('requestfailed', (one) => one.url().endsWith('/v1/reports'))
  const withdrawn = Date.now()
  await consentOf(other).click()
  expect((await ended).failure()?.errorText).toBe('net::ERR_ABORTED')
  // How soon is told: a busy machine must not decide a test.
  console.log(`    withdrawn in another tab → request ended: ${Date.now() - withdrawn} ms`)
  await expect(consentOf(sender)).toHaveAttribute('aria-checked', 'false')
  expect(posted).toEqual(['POST'])
  await context.close()
})
