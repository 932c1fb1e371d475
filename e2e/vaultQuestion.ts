/** @module What a shopper, and what a hostile script of the page, do with a vault's question whether to contribute. */
import { expect, type Page } from 'playwright/test'
import { openAggregators } from './aggregators.ts'
import { open, openVaultShop, vaultWorker } from './vault.ts'

/** With aggregators that answer, which the vault's file names. */
export async function openContributing() {
  const aggregators = await openAggregators()
  open.push(aggregators.server)
  return { ...(await openVaultShop(undefined, undefined, aggregators.recipients)), aggregators }
}

export const consentOf = (page: Page) =>
  page.getByRole('switch', { name: /^(Contribute to the shared|Zum gemeinsamen) / })

/** What a vault shows in its own frame: who asks, and the button that opens the question. */
export const offerOf = (page: Page) => page.frameLocator('iframe[title="vault"]').getByRole('main')

/** Opens the window in which a vault asks, and waits until it does. */
export async function openQuestion(page: Page): Promise<Page> {
  const opening = page.waitForEvent('popup')
  await offerOf(page)
    .getByRole('button', { name: /^(Open the question|Frage öffnen)$/ })
    .click()
  const question = await opening
  await expect(agreeIn(question)).toBeVisible()
  return question
}

/** A key whose press closes the window before the key is let go, and so perhaps before the browser has answered. */
export async function pressLast(question: Page, key: 'Enter' | 'Escape'): Promise<void> {
  const closing = question.waitForEvent('close')
  await question.keyboard.down(key).catch(() => undefined)
  await closing
}

export const agreeIn = (question: Page) =>
  question.getByRole('button', { name: /^(I agree|Ich stimme zu)$/ })

/** As a shopper does who has read it: the window is in front, and the pointer comes over the words. */
export async function agree(question: Page): Promise<void> {
  await question.getByRole('heading').hover()
  await expect(agreeIn(question)).toBeEnabled()
  await agreeIn(question).click()
}

/** Consents in the vault's databases. */
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

/** Takes the port that the page's own package speaks to the vault through. */
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

/** Has the vault ask, through that port, with words of the script's own. */
export const askByScript = (page: Page) =>
  page.evaluate(() => {
    const { stolen } = globalThis as unknown as { stolen: MessagePort }
    const call = { kind: 'call', id: 4711, name: 'setContribution', args: [true, 'Win a prize?'] }
    stolen.postMessage(call)
  })
