/**
 * @module Tests a vault's consent question with real mouse presses in Firefox and WebKit, if NEARSIDE_BROWSERS names
 * them.
 */
import { afterAll, expect, test, vi } from 'vitest'
import { type Box, HIDINGS, hide, REVEAL } from '../e2e/hidings.ts'
import { closeVaultShops } from '../e2e/vault.ts'
import { openContributing } from '../e2e/vaultQuestion.ts'
import { namedBrowsers } from './otherBrowsers.ts'
import { type Driver, openDriver } from './webDriver.ts'

afterAll(closeVaultShops)

const PATIENCE = { timeout: 60_000, interval: 300 }
const FRAME = 'dialog iframe'

const text = (driver: Driver) => driver.run<string>('return document.body.innerText')
const isChecked = (driver: Driver) =>
  driver.run<string>("return document.getElementById('consent').ariaChecked")

/** Opens the shop's console page, and gives the contribution switch the id `consent`, by which it is pressed. */
async function openConsole(driver: Driver, shop: string): Promise<void> {
  await driver.send('navigate', { url: `${shop}/console` })
  const found = `const consent = [...document.querySelectorAll('[role=switch]')].find((one) => one.textContent.startsWith('Contribute'))
    if (consent && document.querySelector('${FRAME}')) consent.id = 'consent'
    return consent?.id === 'consent' && !consent.disabled`
  await vi.waitFor(async () => expect(await driver.run(found)).toBe(true), PATIENCE)
}

/** Opens the dialog with the vault's frame, unless it is open, and enters the frame. */
async function enterOffer(driver: Driver): Promise<void> {
  const isOpen = `return document.querySelector('dialog:has(iframe)').open`
  await vi.waitFor(async () => {
    if (!(await driver.run(isOpen))) await driver.press('#consent')
    expect(await driver.run(isOpen)).toBe(true)
  }, PATIENCE)
  await driver.enter(FRAME)
  await vi.waitFor(() => driver.find('main > button'), PATIENCE)
}

async function pressAt(driver: Driver, x: number, y: number): Promise<void> {
  const actions = [
    { type: 'pointerMove', x: Math.round(x), y: Math.round(y), duration: 0 },
    { type: 'pointerDown', button: 0 },
    { type: 'pointerUp', button: 0 },
  ]
  await driver.send('act', { actions: [{ type: 'pointer', id: 'mouse', actions }] })
}

/** Enters the window that the vault has opened, if there is one. */
async function enterQuestion(driver: Driver, shop: string): Promise<boolean> {
  const opened = ((await driver.send('windows')) as string[]).find((one) => one !== shop)
  if (opened === undefined) return false
  await driver.send('window', { handle: opened })
  await vi.waitFor(async () => expect(await text(driver)).toContain('I agree'), PATIENCE)
  return true
}

async function backToShop(driver: Driver, shop: string): Promise<void> {
  await driver.send('window', { handle: shop })
  await driver.enter(null)
}

for (const name of ['firefox', 'webkit'] as const) {
  test.skipIf(!namedBrowsers().includes(name))(
    `${name}: the frame accepts no consent however it is hidden; the window accepts one`,
    // Both browsers run at the same time, because the tests mostly wait.
    { concurrent: true, timeout: 600_000 },
    async () => {
      const { shop } = await openContributing()
      const driver = await openDriver(name)
      try {
        await openConsole(driver, shop)
        const [home] = (await driver.send('windows')) as string[]
        let windows = 0
        for (const way of HIDINGS) {
          await enterOffer(driver)
          const button = await driver.run<Box>(
            `const { x, y, width, height } = document.querySelector('main > button').getBoundingClientRect(); return { x, y, width, height }`,
          )
          await driver.enter(null)
          await driver.run(hide(way, button))
          // The test waits, because a consent question in the frame would accept a press only after a second.
          await new Promise((resolve) => setTimeout(resolve, 1500))
          const { x, y, width, height } = button
          await pressAt(driver, x + width / 2, y + height / 2)
          await driver.run(REVEAL)
          await new Promise((resolve) => setTimeout(resolve, 500))
          // On a busy machine the window of the previous attempt may open only now.
          while (await enterQuestion(driver, home)) {
            windows++
            expect(await text(driver), way).toContain('ε = ')
            await driver.send('closeWindow')
          }
          await backToShop(driver, home)
          expect(await isChecked(driver), way).toBe('false')
        }
        // This check shows that the presses reached the page. If no press arrived, the test would prove nothing.
        expect(windows).toBeGreaterThan(HIDINGS.length / 4)

        for (const late of (await driver.send('windows')) as string[]) {
          if (late === home) continue
          await driver.send('window', { handle: late })
          await driver.send('closeWindow')
        }
        await backToShop(driver, home)
        await enterOffer(driver)
        expect(await text(driver)).not.toContain('I agree')
        await driver.press('main > button')
        await vi.waitFor(async () => expect(await enterQuestion(driver, home)).toBe(true), PATIENCE)
        await driver.press('h1')
        const isReady = `return document.querySelector('main > button').ariaDisabled`
        await vi.waitFor(async () => expect(await driver.run(isReady)).toBe('false'), PATIENCE)
        await driver.press('main > button')
        await vi.waitFor(async () => expect(await driver.send('windows')).toHaveLength(1), PATIENCE)
        await backToShop(driver, home)
        await vi.waitFor(async () => expect(await isChecked(driver)).toBe('true'), PATIENCE)
      } finally {
        await driver.close()
      }
    },
  )
}
