/** @module A shop's page in Chromium: reads its contents, and waits for changes. */
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright'
import { CHROMIUM_ARGS, requireChromium } from '../chromium.ts'
import { ROOT } from './tally.ts'

let browser: Browser | undefined

/** Opens a page in a fresh profile, and collects the errors in its console. */
export async function openPage() {
  browser ??= await chromium.launch({ executablePath: requireChromium(), args: CHROMIUM_ARGS })
  const context = await browser.newContext()
  const page = await context.newPage()
  const said: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) said.push(message.text())
  })
  page.on('pageerror', (error) => said.push(error.message))
  return { context, page, said }
}

export async function closeBrowser(): Promise<void> {
  await browser?.close()
}

/** Takes two screenshots for people to look at, in left-to-right and right-to-left layout. */
export async function picture(page: Page, name: string): Promise<void> {
  const path = (direction: string) => join(ROOT, `screenshots/consumers/${name}-${direction}.png`)
  await page.screenshot({ path: path('ltr') })
  await page.evaluate(() => {
    document.documentElement.dir = 'rtl'
  })
  await page.screenshot({ path: path('rtl') })
}

/** Item ids in screen order, including items in shadow roots. */
export function idsOn(page: Page): Promise<string[]> {
  return page
    .locator('[data-item]')
    .evaluateAll((cards) => cards.map((card) => card.getAttribute('data-item') ?? ''))
}

/** Searches in `<nearside-search>`, then chooses a facet. @returns text of the fault; empty if there is none */
export async function search(page: Page, box: string, word: string): Promise<string> {
  const element = page.locator('nearside-search')
  await element.getByRole('searchbox', { name: box }).fill(word)
  await element.locator('[data-item]').first().waitFor()
  const count = async () =>
    Number.parseInt((await element.getByRole('status').textContent()) ?? '', 10)
  const found = await count()
  const choice = element.getByRole('checkbox').first()
  await choice.check()
  const narrowed = await count()
  await choice.uncheck()
  const isRight = narrowed > 0 && narrowed < found && (await count()) === found
  await element.getByRole('searchbox').fill('')
  return isRight ? '' : `${found} found, ${narrowed} of them with a choice`
}

/** Waits until the condition holds or time runs out; the caller has to check which. */
export async function settle(
  page: Page,
  holds: (ids: string[], personal: boolean) => boolean,
): Promise<void> {
  const until = performance.now() + 120_000
  while (performance.now() < until) {
    const busy = await page.locator('[aria-busy="true"]').count()
    if (holds(await idsOn(page), busy === 0)) return
    await page.waitForTimeout(100)
  }
}
