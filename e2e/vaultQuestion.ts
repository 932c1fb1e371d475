/** @module Actions of a shopper, and of a hostile script of the page, on a vault's consent question. */
import { expect, type Locator, type Page } from 'playwright/test'
import { openAggregators } from './aggregators.ts'
import { open, openVaultShop, vaultWorker } from './vault.ts'

/** Opens a shop with working aggregators, which `vault.html` names. */
export async function openContributing() {
  const aggregators = await openAggregators()
  open.push(aggregators.server)
  return { ...(await openVaultShop(undefined, undefined, aggregators.recipients)), aggregators }
}

export const consentOf = (page: Page) =>
  page.getByRole('switch', { name: /^(Contribute to the shared|Zum gemeinsamen) / })

/** The vault's frame, with the names of the operators and the button that opens the consent question. */
export const offerOf = (page: Page) => page.frameLocator('iframe[title="vault"]').getByRole('main')

/** Opens the window with the vault's consent question, and waits until it shows. */
export async function openQuestion(page: Page): Promise<Page> {
  // The browser paints only the tab in front, and the vault counts a press only if its frame was painted.
  await page.bringToFront()
  const opening = page.waitForEvent('popup')
  await offerOf(page)
    .getByRole('button', { name: /^(Open the question|Frage öffnen)$/ })
    .click()
  const question = await opening
  await expect(agreeIn(question)).toBeVisible()
  return question
}

/** Presses a key that closes the window. The window may close before the key is up and the browser has answered. */
export async function pressLast(question: Page, key: 'Enter' | 'Escape'): Promise<void> {
  const closing = question.waitForEvent('close')
  await question.keyboard.down(key).catch(() => undefined)
  await closing
}

export const agreeIn = (question: Page) =>
  question.getByRole('button', { name: /^(I agree|Ich stimme zu)$/ })

/** Agrees like a shopper who has read the text, with the window in front and the pointer moving over the words. */
export async function agree(question: Page): Promise<void> {
  await question.getByRole('heading').hover()
  await expect(agreeIn(question)).toBeEnabled()
  await clickLast(question, agreeIn(question))
}

export const decline = (question: Page) =>
  clickLast(question, question.getByRole('button', { name: 'Not now' }))

/** Presses a button that closes the window, possibly before the browser has answered the click command. */
async function clickLast(question: Page, button: Locator): Promise<void> {
  const closing = question.waitForEvent('close')
  await button.click().catch(() => undefined)
  await closing
}

export async function consentsIn(page: Page, vault: string): Promise<unknown> {
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

/** Steals the port by which the page's `nearside` package speaks to the vault. */
export async function stealPort(page: Page): Promise<void> {
  await page.evaluate(() => {
    const post = MessagePort.prototype.postMessage
    MessagePort.prototype.postMessage = function (message: unknown, ...rest: []) {
      if ((message as { kind?: string }).kind === 'call')
        Object.assign(globalThis, { stolen: this })
      return post.call(this, message, ...rest)
    }
  })
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
  await expect.poll(() => page.evaluate(() => 'stolen' in globalThis)).toBe(true)
}

/** Makes the vault ask for consent through the stolen port, with texts that the script chose. */
export const askByScript = (page: Page) =>
  page.evaluate(() => {
    const { stolen } = globalThis as unknown as { stolen: MessagePort }
    const call = { kind: 'call', id: 4711, name: 'setContribution', args: [true, 'Win a prize?'] }
    stolen.postMessage(call)
  })
