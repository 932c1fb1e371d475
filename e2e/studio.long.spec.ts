/**
 * @module Tests the studio (editor of the shop's rules for lists) as a shop's owner uses it: lists, edits by keyboard
 * and by dragging, saving, appearance.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { expect, type Page, test } from 'playwright/test'
import { writeStudioShop } from '../src/cli/studio/testStudio.ts'
import { findings } from './axe.ts'

const PASSWORD = 'correct horse battery'
let server: ChildProcess
let folder: string
let file: string
let url: string

/** Starts the studio and returns the address that it prints. */
function launch(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<string> {
  server = spawn(
    process.execPath,
    [
      ...['--import', 'tsx', 'src/cli/main.ts', 'studio', ...args],
      ...['--shop', join(folder, 'testshop'), '--model', join(folder, 'models'), '--rules', file],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } },
  )
  return new Promise((resolve) => {
    server.stdout?.on('data', (line) => {
      const [found] = /http:\/\/\S+/.exec(String(line)) ?? []
      if (found) resolve(found)
    })
  })
}

test.beforeEach(async () => {
  folder = await writeStudioShop()
  file = join(folder, 'rules.json')
  url = await launch()
})

test.afterEach(() => {
  server.kill()
  rmSync(folder, { recursive: true, force: true })
})

const after = (page: Page) => page.getByRole('list', { name: 'For you, with your changes' })
const titles = (page: Page) => after(page).locator('b').allTextContents()
const rules = () => JSON.parse(readFileSync(file, 'utf8')).rules

async function open(page: Page): Promise<string[]> {
  await page.goto(url)
  await expect(after(page).getByRole('listitem')).toHaveCount(12)
  return titles(page)
}

test('by keyboard alone, an owner moves and hides products, undoes and redoes a move, and saves; the file has exactly these edits', async ({
  page,
}) => {
  const asked: string[] = []
  page.on('request', (request) => void asked.push(new URL(request.url()).origin))
  const [first, second, third, ...rest] = await open(page)
  const up = page.getByRole('button', { name: `Move up: ${third}`, exact: true })
  await up.focus()
  await page.keyboard.press('Enter')
  await expect.poll(() => titles(page)).toEqual([first, third, second, ...rest])
  await expect(up).toBeFocused()
  await page.keyboard.press('Space')
  await expect.poll(() => titles(page)).toEqual([third, first, second, ...rest])
  await page.keyboard.press('Control+z')
  await expect.poll(() => titles(page)).toEqual([first, third, second, ...rest])
  await page.keyboard.press('Control+Shift+z')
  await expect.poll(() => titles(page)).toEqual([third, first, second, ...rest])
  await page.getByRole('button', { name: `Hide: ${first}`, exact: true }).press('Enter')
  await expect.poll(() => titles(page)).not.toContain(first)
  await page.getByRole('button', { name: 'Save' }).press('Enter')
  await expect(page.getByText(/^Saved to/)).toBeVisible()
  await expect(page.getByRole('button', { name: 'Save' })).toBeDisabled()
  const idOf = (title = '') => title.replace('Thing ', 'item')
  expect(rules()).toEqual([
    { name: `Pin: ${third}`, when: { list: ['recommend'] }, pin: [idOf(third)], at: 1 },
    { name: 'Hidden', when: { list: ['recommend'] }, hide: { id: [idOf(first)] } },
  ])
  await page.reload()
  await expect.poll(async () => (await titles(page)).slice(0, 2)).toEqual([third, second])
  await expect(page.getByRole('list', { name: 'Rules of the shop' }).locator('> li')).toHaveCount(2)
  expect([...new Set(asked)]).toEqual([new URL(url).origin])
})

test('a product is dragged to a place and given a first day, and lists show it there only from that day on', async ({
  page,
}) => {
  // Both rows must be in view, because otherwise the driver scrolls between the press and the first move.
  await page.setViewportSize({ width: 1280, height: 1600 })
  const all = await open(page)
  const row = (nth: number) => after(page).getByRole('listitem').nth(nth)
  await row(7).locator('b').dragTo(row(1).locator('b'))
  await expect.poll(async () => (await titles(page))[1]).toBe(all[7])
  await page.getByLabel(`From (UTC): Pin: ${all[7]}`).fill('2040-03-01')
  await expect.poll(() => titles(page)).toEqual(all)
  await page.getByLabel('On the day').fill('2040-03-02')
  await expect.poll(async () => (await titles(page))[1]).toBe(all[7])
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText(/^Saved to/)).toBeVisible()
  await expect(page.getByRole('button', { name: 'Save' })).toBeDisabled()
  expect(rules()[0]).toMatchObject({ at: 2, when: { from: '2040-03-01' } })
})

test('the studio shows lists for a shopper’s views and for a product’s page, adds a rule for many products, and measures the rules', async ({
  page,
}) => {
  await open(page)
  await page.getByRole('searchbox', { name: 'A shopper who looked at' }).fill('thing 7')
  await page.getByRole('button', { name: 'Thing 7 item7' }).click()
  await page.getByRole('searchbox', { name: 'The page of a product' }).fill('item3')
  await page.getByRole('button', { name: 'Thing 3 item3' }).click()
  await expect(page.getByRole('heading', { name: 'Often bought together: Thing 3' })).toBeVisible()
  await page.getByRole('button', { name: 'Add the rule' }).click()
  await expect(page.getByRole('alert')).toBeVisible()
  await page.getByLabel('What it does').selectOption('hide')
  await page.getByLabel('Category').selectOption('kind1')
  await page.getByRole('button', { name: 'Add the rule' }).click()
  await expect(after(page)).not.toContainText('kind1')
  await page.getByRole('button', { name: 'Measure what the rules cost' }).click()
  await expect(page.locator('.cost')).toContainText(/points, 95 % interval/)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(page.locator('.cost')).toHaveCount(0)
  await expect(after(page)).toContainText('kind1')
})

test('the page keeps its edits if somebody changed the rules file, the rules hide every product, or the server is gone', async ({
  page,
}) => {
  const [first] = await open(page)
  await page.getByRole('button', { name: `Pin here: ${first}`, exact: true }).click()
  writeFileSync(file, '{"rules": []}')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.locator('.bar .fault')).toBeVisible()
  expect(rules()).toEqual([])
  await page.getByLabel('What it does').selectOption('hide')
  await page.getByLabel('Price from').fill('0')
  await page.getByRole('button', { name: 'Add the rule' }).click()
  await expect(page.getByText('This list is empty').first()).toBeVisible()
  await expect(page.getByRole('list', { name: 'What the check found' })).toContainText('Error')
  server.kill()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(page.getByRole('alert')).toBeVisible()
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.locator('.bar .fault')).toBeVisible()
  await expect(page.getByRole('list', { name: 'Rules of the shop' })).toContainText(`Pin: ${first}`)
})

test('without its token the page shows nothing of the shop', async ({ page }) => {
  await page.goto(url.replace(/#.*/, '#wrong'))
  await expect(page.getByRole('alert')).toContainText('token')
  await expect(page.getByRole('list')).toHaveCount(0)
})

test('axe finds nothing on the studio’s page, which fits 320 pixels, light and dark', async ({
  page,
}) => {
  await page.setViewportSize({ width: 320, height: 640 })
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    const [first] = await open(page)
    await page.getByRole('button', { name: `Boost: ${first}`, exact: true }).click()
    await page.getByRole('searchbox', { name: 'The page of a product' }).fill('thing')
    await expect(page.getByRole('list', { name: /products found/ })).toBeVisible()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
    expect(await findings(page)).toEqual([])
    await page.getByRole('button', { name: 'Undo' }).click()
  }
})

/** Ends the running studio, and restarts it on the same port, but as a server's studio with this public address. */
async function relaunch(address: (port: string) => string): Promise<string> {
  const { port } = new URL(url)
  const ended = new Promise((resolve) => server.once('exit', resolve))
  server.kill()
  await ended
  await launch([address(port), '--port', port], { NEARSIDE_STUDIO_PASSWORD: PASSWORD })
  return port
}

test('on the shop’s server, the studio opens by its password alone, saves, and closes after a logout', async ({
  page,
}) => {
  const addressOf = (port: string) => `http://localhost:${port}`
  const origin = addressOf(await relaunch(addressOf))
  await page.setViewportSize({ width: 320, height: 640 })
  await page.goto(origin)
  await expect(page.getByLabel('Password')).toBeFocused()
  await page.keyboard.type('wrong')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert')).toBeVisible()
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
    expect(await findings(page)).toEqual([])
  }
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Log in' }).click()
  await expect(after(page).getByRole('listitem')).toHaveCount(12)
  expect(page.url()).toBe(`${origin}/`)
  const [first] = await titles(page)
  await page.getByRole('button', { name: `Hide: ${first}`, exact: true }).click()
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await expect.poll(() => existsSync(file) && rules()).toHaveLength(1)
  expect(await page.context().cookies()).toMatchObject([{ httpOnly: true, sameSite: 'Strict' }])
  await page.getByRole('button', { name: 'Log out' }).click()
  await expect(page.getByLabel('Password')).toBeVisible()
  await page.goto(origin)
  await expect(page.getByLabel('Password')).toBeVisible()
})

test('behind a TLS proxy, the studio counts login attempts by X-Forwarded-For, and gives a cookie for its origin alone', async () => {
  const host = 'studio.shop.example'
  const port = await relaunch(() => `https://${host}`)
  /** Sends the login form as the proxy does. `forwarded` lists the addresses that the request came from. */
  const login = (password: string, forwarded: string) =>
    new Promise<readonly [number | undefined, readonly string[] | undefined]>((resolve, reject) => {
      const headers = {
        ...{ host, origin: `https://${host}`, 'x-forwarded-for': forwarded },
        'content-type': 'application/x-www-form-urlencoded',
      }
      request({ port, host: '127.0.0.1', path: '/login', method: 'POST', headers }, (answer) => {
        answer.resume()
        resolve([answer.statusCode, answer.headers['set-cookie']])
      })
        .on('error', reject)
        .end(String(new URLSearchParams({ password })))
    })
  // In `X-Forwarded-For` the sender wrote the first address, and the proxy added the last. A sender that changes the
  // first address at each try is refused, too.
  const tries = Array.from({ length: 30 }, (_, n) => login('', `203.0.113.${n}, 198.51.100.1`))
  const refused = (await Promise.all(tries)).map(([status]) => status)
  expect(refused.filter((status) => status === 403).length).toBeGreaterThanOrEqual(5)
  expect(refused).toContain(429)
  const [status, cookies = []] = await login(PASSWORD, '198.51.100.1, 203.0.113.9')
  expect([status, cookies.length]).toEqual([303, 1])
  const [pair, ...flags] = cookies[0].split('; ')
  expect(pair).toMatch(/^__Host-nearside-studio=[\w-]{43}$/)
  expect(flags.sort()).toEqual(['HttpOnly', 'Path=/', 'SameSite=Strict', 'Secure'])
})
