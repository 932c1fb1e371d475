/** @module Tests the shop owner's page: token, cards, narrow screens, print, dark mode and failures. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page, test } from 'playwright/test'
import { findings } from './axe.ts'

const TOKEN = 'ab12'.repeat(16)
let server: ChildProcess
let folder: string
let url: string

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nearside-owner-'))
  writeFileSync(join(folder, 'token'), TOKEN, { mode: 0o600 })
  const answer = {
    light: 'green',
    answer: 'Keep it on: with personal lists a visitor brings more money (since 2026-09-09)',
    because: [
      '+550.6 GBP per thousand visitors, 95 % interval [+353.4, +715.1]',
      '<b>no markup</b>',
    ],
    change: 'A proven loss of orders',
  }
  writeFileSync(join(folder, 'measure.json'), JSON.stringify({ answer, emptyStores: 0.34 }))
  writeFileSync(join(folder, 'evaluate.json'), '{')
  server = spawn(
    process.execPath,
    [
      ...['--import', 'tsx', 'src/cli/main.ts', 'serve', '--role', 'single', '--policy', 'demo'],
      ...['--operator', 'Example Shop', '--port', '0', '--models', 'public/models'],
      ...['--store', `sqlite:${join(folder, 'single.sqlite')}`, '--owner', folder],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  // The stream stays open, because the server continues to print.
  url = await new Promise((resolve) => {
    server.stdout?.on('data', (line) => {
      const [, found] = /listening on (http:\/\/[\d.:]+)/.exec(String(line)) ?? []
      if (found) resolve(found)
    })
  })
})

test.afterAll(() => {
  server.kill()
  rmSync(folder, { recursive: true, force: true })
})

async function enter(page: Page, token = TOKEN): Promise<void> {
  await page.goto(`${url}/owner`)
  await page.getByLabel(/token/).fill(token)
  await page.keyboard.press('Enter')
}

const cardOf = (page: Page, title: string) => page.getByRole('region', { name: title })

test('with a wrong token the page gets a 401 and shows nothing; with the right token each card says its status in words', async ({
  page,
}) => {
  const answered = page.waitForResponse(/\/v1\/owner$/)
  await enter(page, 'wrong')
  const refused = await answered
  expect(refused.status()).toBe(401)
  expect(refused.headers()['content-type']).toBe('application/problem+json')
  await expect(page.getByLabel(/token/)).toBeFocused()
  await expect(page.getByRole('region')).toHaveCount(0)
  await page.getByLabel(/token/).fill(TOKEN)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('region')).toHaveCount(7)
  await expect(cardOf(page, 'Effect on orders and money')).toContainText('Good')
  await expect(cardOf(page, 'Effect on orders and money')).toContainText('<b>no markup</b>')
  await expect(cardOf(page, 'Verdict of the evaluation')).toContainText('Act')
  await expect(cardOf(page, 'Last release')).toContainText('not signed')
  await expect(cardOf(page, 'The round')).toContainText(/0 of 32/)
  await expect(cardOf(page, 'The gate')).toContainText('Not known yet')
  await expect(cardOf(page, 'Browsers with an empty store')).toContainText('34.0 %')
  for (const card of await page.getByRole('region').all())
    await expect(card).toContainText('What would change this')
})

test('the token is only in memory: the page stores it nowhere, no address contains it, and a reload removes it', async ({
  page,
}) => {
  const addresses: string[] = []
  page.on('request', (request) => void addresses.push(request.url()))
  await enter(page)
  await expect(page.getByRole('region')).toHaveCount(7)
  const kept = await page.evaluate(() =>
    JSON.stringify([
      { ...localStorage },
      { ...sessionStorage },
      document.cookie,
      document.documentElement.outerHTML,
    ]),
  )
  expect(kept).not.toContain(TOKEN)
  expect(addresses.join()).not.toContain(TOKEN)
  await page.getByRole('button', { name: 'Forget the token' }).click()
  await expect(page.getByRole('region')).toHaveCount(0)
  await enter(page)
  await expect(page.getByRole('region')).toHaveCount(7)
  await page.reload()
  await expect(page.getByRole('region')).toHaveCount(0)
  await expect(page.getByLabel(/token/)).toBeVisible()
})

test('while the server doesn’t answer, the owner’s page says so, shows no cards or marks them as old, and later recovers', async ({
  page,
}) => {
  await page.route(/\/v1\/owner$/, (route) => route.abort())
  await enter(page)
  await expect(page.getByRole('status')).toHaveClass('wrong')
  await expect(page.getByRole('region')).toHaveCount(0)
  await page.unroute(/\/v1\/owner$/)
  await page.getByRole('button', { name: 'Refresh' }).click()
  await expect(page.getByRole('region')).toHaveCount(7)
  await page.route(/\/v1\/owner$/, (route) =>
    route.fulfill({ status: 503, json: { title: 'busy' } }),
  )
  await page.getByRole('button', { name: 'Refresh' }).click()
  await expect(page.getByRole('status')).toContainText('old')
  await expect(page.getByRole('region')).toHaveCount(7)
})

test('the page fits 320 pixels, prints without buttons, and has no axe violation in light and dark', async ({
  page,
}) => {
  await page.setViewportSize({ width: 320, height: 640 })
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await enter(page)
    await expect(page.getByRole('region')).toHaveCount(7)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
    expect(await findings(page)).toEqual([])
  }
  await page.emulateMedia({ media: 'print' })
  for (const button of await page.getByRole('button').all()) await expect(button).toBeHidden()
  const pages = (await page.pdf({ format: 'A4' }))
    .toString('latin1')
    .match(/\/Type\s*\/Page\b(?!s)/g)
  expect(pages?.length).toBe(1)
})
