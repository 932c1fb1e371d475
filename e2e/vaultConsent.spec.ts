/**
 * @module Tests that a shopper consents in the vault's own window, and that no script of the shop's page can consent.
 */
import { expect, test } from 'playwright/test'
import { findings } from './axe.ts'
import { openTechnical } from './shop.ts'
import { closeVaultShops, SHOP_IN_VAULT } from './vault.ts'
import {
  agree,
  agreeIn,
  askByScript,
  consentOf,
  consentsIn,
  decline,
  offerOf,
  openContributing,
  openQuestion,
  pressLast,
  stealPort,
} from './vaultQuestion.ts'

test.afterEach(closeVaultShops)

test('the shopper consents by keyboard in the vault’s window, and the log contains the hash of the wording', async ({
  page,
}) => {
  const { shop, vault } = await openContributing()
  await page.goto(`${shop}/console`)
  await consentOf(page).focus()
  await page.keyboard.press('Enter')
  const offer = offerOf(page)
  const name = 'Contribute to the shared model?'
  await expect(offer.getByRole('heading', { name })).toBeFocused()
  await expect(offer).toContainText(`${new URL(shop).host} asks.`)
  await expect(offer.getByRole('button')).toHaveText(['Not now', 'Open the question'])
  await expect(page.getByRole('dialog')).toHaveAttribute('aria-label', /^localhost:\d+$/)
  const frame = page.frames().find((one) => one.url().startsWith(vault))
  expect(frame && (await findings(frame))).toEqual([])
  // The Tab key moves the focus only within the dialog: elements behind it can't get the focus.
  await page.keyboard.press('Tab')
  await expect(offer.getByRole('button', { name: 'Not now' })).toBeFocused()
  await page.keyboard.press('Tab')
  const opening = page.waitForEvent('popup')
  await page.keyboard.press('Enter')
  const question = await opening
  expect(new URL(question.url()).origin).toBe(vault)
  await expect(question.getByRole('heading', { name })).toBeFocused()
  await expect(question).toHaveTitle(name)
  await expect(question.getByRole('main')).toContainText(`${new URL(shop).host} asks.`)
  await expect(question.getByRole('main')).toContainText('ε = ')
  expect(await findings(question)).toEqual([])
  await expect(agreeIn(question)).toBeEnabled()
  expect(await findings(question)).toEqual([])
  await question.keyboard.press('Tab')
  await expect(question.getByRole('button', { name: 'Not now' })).toBeFocused()
  await question.keyboard.press('Tab')
  await expect(agreeIn(question)).toBeFocused()
  await pressLast(question, 'Enter')
  await expect(consentOf(page)).toHaveAttribute('aria-checked', 'true')
  await expect(offer).toBeHidden()
  await expect(consentOf(page)).toBeFocused()
  expect(await consentsIn(page, vault)).toHaveLength(1)
  // A shopper who withdraws consent gets no question.
  await page.keyboard.press('Enter')
  await expect(consentOf(page)).toHaveAttribute('aria-checked', 'false')
})

test('a shopper who declines by button, by Escape or by closing the window gives no consent', async ({
  page,
}) => {
  const { shop, vault } = await openContributing()
  await page.goto(`${shop}/console`)
  const notNow = { name: 'Not now' }
  const ways = [
    () => offerOf(page).getByRole('button', notNow).click(),
    () => page.keyboard.press('Escape'),
    () =>
      page.evaluate(() => document.querySelector<HTMLDialogElement>('dialog:has(iframe)')?.close()),
    async () => decline(await openQuestion(page)),
    async () => pressLast(await openQuestion(page), 'Escape'),
    async () => {
      // A shopper who closes the window may open it again.
      await (await openQuestion(page)).close()
      await decline(await openQuestion(page))
    },
    async () => {
      const question = await openQuestion(page)
      const closing = question.waitForEvent('close')
      await offerOf(page).getByRole('button', notNow).click()
      await closing
    },
  ]
  for (const way of ways) {
    await consentOf(page).click()
    await expect(offerOf(page).getByRole('heading')).toBeFocused()
    await way()
    await expect(offerOf(page)).toBeHidden()
    await expect(page.getByText('Not agreed: nothing is shared.')).toBeVisible()
    await expect(consentOf(page)).toHaveAttribute('aria-checked', 'false')
  }
  expect(await consentsIn(page, vault)).toEqual([])
  expect(page.context().pages()).toEqual([page])
})

test('a script of the page can’t consent by its own words, messages or windows', async ({
  page,
}) => {
  const { shop, vault } = await openContributing()
  await page.goto(`${shop}/console`)
  await stealPort(page)
  await askByScript(page)
  const offer = offerOf(page)
  await expect(offer.getByRole('heading')).toBeVisible()
  const question = await openQuestion(page)
  await expect(agreeIn(question)).toBeEnabled()
  await expect(question.getByRole('main')).not.toContainText('prize')
  // A window that the page opens has the page as its opener; the vault's script works in no such window.
  const own = await page.evaluateHandle((vault) => window.open(`${vault}/vault.html`), vault)
  await expect.poll(() => page.context().pages().length).toBe(3)
  await page.evaluate(
    ([own, shop]) => {
      const terms = { epsilonPerReport: 1, epsilonPerYear: 1, delta: 1, trust: 'one' }
      const frame = document.querySelector<HTMLIFrameElement>('iframe[title="vault"]')
      const said = [{ wording: 'Yes' }, { terms, shop, language: 'en' }, 'nearside-vault 3']
      for (const target of [own as Window | null, frame?.contentWindow])
        for (const message of said) target?.postMessage(message, '*')
    },
    [own, shop] as const,
  )
  const [, , opened] = page.context().pages()
  await opened.waitForLoadState()
  await expect(opened.locator('body')).toBeEmpty()
  await page.evaluate(() => {
    const frame = document.querySelector<HTMLIFrameElement>('iframe[title="vault"]')
    frame?.contentWindow?.postMessage({ vault: 'nearside-vault 3', wording: 'Yes' }, '*')
  })
  // The page can't skip the consent question by inventing terms.
  await page.evaluate(() => {
    const { stolen } = globalThis as unknown as { stolen: MessagePort }
    const call = (name: string, ...args: unknown[]) =>
      stolen.postMessage({ kind: 'call', id: 4712, name, args })
    const control = (globalPrivacyControl: boolean) =>
      call('conditions', { visible: true, savesData: false, battery: null, globalPrivacyControl })
    control(true)
    call('setContribution', true, 'Win a prize?')
    control(false)
  })
  // The page's messages to the frame can at most remove the consent question.
  await expect(offer).toBeHidden()
  await expect.poll(() => question.isClosed()).toBe(true)
  expect(await consentsIn(page, vault)).toEqual([])
})

test('if the browser opens no window, the page says so, and the shopper can press the button again', async ({
  page,
}) => {
  await page.addInitScript(() => {
    const { setAttribute } = Element.prototype
    Element.prototype.setAttribute = function (name, value) {
      setAttribute.call(this, name, name === 'sandbox' ? value.replace('allow-popups', '') : value)
    }
  })
  const { shop } = await openContributing()
  await page.goto(`${shop}/console`)
  await consentOf(page).click()
  const open = offerOf(page).getByRole('button', { name: 'Open the question' })
  for (let presses = 0; presses < 2; presses++) {
    await open.click()
    await expect(offerOf(page).getByRole('status')).toContainText('did not open the window')
  }
  expect(page.context().pages()).toEqual([page])
})

test('if a script opens a second vault frame that names other aggregators, these get no request, and the consent stays', async ({
  context,
  page,
}) => {
  const { shop, vault, aggregators } = await openContributing()
  const evil: string[] = []
  await context.route('**/evil-*/**', (route) => {
    evil.push(route.request().url())
    return route.fulfill({ status: 200, json: {} })
  })
  await page.addInitScript(() => {
    const post = MessagePort.prototype.postMessage
    MessagePort.prototype.postMessage = function (message: unknown, ...rest: []) {
      const { name, args } = (message ?? {}) as { name?: string; args?: unknown[] }
      if (name === 'start') Object.assign(globalThis, { config: args?.[0] })
      return post.call(this, message, ...rest)
    }
  })
  await page.goto(`${shop}/console`)
  await consentOf(page).click()
  const question = await openQuestion(page)
  for (const named of ['Shop (127.0.0.1', 'Trust Centre (127.0.0.1', 'at least 1,000 updates'])
    await expect(question.getByRole('main')).toContainText(named)
  await agree(question)
  await expect(consentOf(page)).toHaveAttribute('aria-checked', 'true')

  const answers = await page.evaluate(
    async ({ shop, vault }) => {
      const { config } = globalThis as unknown as { config: Record<string, unknown> }
      const evil = { leader: `${shop}/evil-leader`, helper: `${shop}/evil-helper` }
      const federation = { ...(config.federation as object), ...evil }
      const frame = document.createElement('iframe')
      const { port1, port2 } = new MessageChannel()
      const ready = new Promise<void>((resolve) => {
        addEventListener('message', ({ data, source }) => {
          if (source !== frame.contentWindow || typeof data !== 'string') return
          frame.contentWindow?.postMessage(data, vault, [port2])
          resolve()
        })
      })
      frame.src = `${vault}/vault.html`
      document.body.append(frame)
      await ready
      let id = 0
      const call = (name: string, args: unknown[]) =>
        new Promise<unknown>((resolve) => {
          const own = ++id
          port1.addEventListener('message', ({ data }) => {
            if (data.id === own && data.kind !== 'progress') resolve(data)
          })
          port1.start()
          port1.postMessage({ kind: 'call', id: own, name, args })
        })
      return [await call('start', [{ ...config, federation }])]
    },
    { shop, vault },
  )
  expect(answers).toMatchObject([{ kind: 'error', error: { code: 'input-invalid' } }])
  expect(evil).toEqual([])
  await expect(consentOf(page)).toHaveAttribute('aria-checked', 'true')
  expect(await consentsIn(page, vault)).toMatchObject([
    { detail: { contribute: true, ...aggregators.recipients } },
  ])
  await openTechnical(page)
  await page.getByRole('button', { name: 'Send an update now' }).click()
  await expect.poll(() => aggregators.asked).toContain('POST /leader/v1/reports')
  expect(evil).toEqual([])
})

test('consent withdrawn in one tab aborts another tab’s upload for good', async ({ browser }) => {
  const context = await browser.newContext({ baseURL: SHOP_IN_VAULT })
  const [sender, other] = [await context.newPage(), await context.newPage()]
  for (const tab of [sender, other]) await tab.goto('/console')
  await consentOf(sender).click()
  await agree(await openQuestion(sender))
  await expect(consentOf(other)).toHaveAttribute('aria-checked', 'true')
  // This route never answers, like a very slow leader.
  const posted: string[] = []
  await context.route('**/v1/reports', (route) => void posted.push(route.request().method()))
  await openTechnical(sender)
  await sender.getByRole('button', { name: 'Send an update now' }).click()
  await expect.poll(() => posted).toEqual(['POST'])
  const ended = context.waitForEvent('requestfailed', (one) => one.url().endsWith('/v1/reports'))
  const withdrawn = Date.now()
  await consentOf(other).click()
  expect((await ended).failure()?.errorText).toBe('net::ERR_ABORTED')
  // The time is only printed, because a busy machine must not decide a test.
  console.log(`    withdrawn in another tab → request ended: ${Date.now() - withdrawn} ms`)
  await expect(consentOf(sender)).toHaveAttribute('aria-checked', 'false')
  expect(posted).toEqual(['POST'])
  await context.close()
})
