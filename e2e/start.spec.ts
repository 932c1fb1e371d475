/**
 * @module Tests what makes the shop start fast on a slow phone and line. The test counts requests and work, because
 * time depends on the machine.
 */
import { expect, type Page, test } from 'playwright/test'
import { openShop } from './shop.ts'
import { SHOP_IN_VAULT } from './vault.ts'

const settled = (page: Page) =>
  expect(page.locator('.for-you ul')).toHaveAttribute('aria-busy', 'false')

const files = (page: Page) =>
  page.evaluate(() =>
    performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname),
  )

/** Runs before the page's scripts: records which code creates an `Intl` format. */
function listenForFormats(): void {
  const made: string[] = []
  Object.assign(window, { made })
  const note = (name: string) => made.push(`${name} ${new Error().stack}`)
  for (const name of ['NumberFormat', 'DateTimeFormat'] as const)
    Object.assign(Intl, {
      [name]: new Proxy(Intl[name], {
        construct(target, given) {
          note(name)
          return Reflect.construct(target, given)
        },
        apply(target, self, given) {
          note(name)
          return Reflect.apply(target, self, given)
        },
      }),
    })
  for (const { prototype } of [Number, Date])
    prototype.toLocaleString = () => String(note('toLocaleString'))
}

const made = (page: Page) =>
  page.evaluate(() => (window as unknown as { made: readonly string[] }).made)

test('the start creates no number or date format, which is slow on phones', async ({ page }) => {
  await page.addInitScript(listenForFormats)
  await page.goto('/')
  await settled(page)
  // Pages that load in advance create no format either.
  await expect.poll(() => files(page)).toContainEqual(expect.stringContaining('/assets/Console-'))
  expect(await made(page)).toEqual([])
  await page.locator('.for-you [data-item]').first().click()
  await expect(page.getByRole('heading', { name: 'Similar items' })).toBeVisible()
  expect(await made(page)).toEqual([])
  await page.goto('/console')
  await expect(page.getByText(/Since \d/)).toBeVisible()
  expect(await made(page)).not.toEqual([])
})

test('the document requests every script needed before the first list', async ({ page }) => {
  // The test reads the document as the server sends it, because the page itself adds links to preloaded files.
  const document = await (await page.request.get('/')).text()
  const [head] = document.split('</head>')
  const asked = Array.from(
    head.matchAll(/(?:href|src)="(\/assets\/[^"]+\.js)"/g),
    ([, path]) => path,
  )
  for (const name of ['open', 'shop', 'react-dom', 'main', 'worker', 'releases'])
    expect(asked).toContainEqual(expect.stringMatching(`^/assets/${name}-`))
  // The document also requests every file that these scripts import; otherwise such a file comes a round trip later.
  const needed = await Promise.all(
    asked.map(async (path) => {
      const script = await (await page.request.get(path)).text()
      const imports = script.matchAll(/\b(?:from|import)\s*"\.\/([^"]+\.js)"/g)
      return Array.from(imports, ([, name]) => `/assets/${name}`)
    }),
  )
  expect(needed.flat()).not.toEqual([])
  expect(needed.flat().filter((path) => !asked.includes(path))).toEqual([])
})

test.describe('on a first visit', () => {
  // Tests run without the service worker, which would fetch all files. Chromium treats a document that a test has
  // changed as a page of the public internet, which may open a vault on this computer only with a permission.
  test.use({ serviceWorkers: 'block', permissions: ['local-network-access'] })

  for (const [mode, address] of [
    ['without a vault', '/'],
    ['in a vault', `${SHOP_IN_VAULT}/`],
  ])
    test(`a first visit preloads only files that the page would request anyway, ${mode}`, async ({
      page,
    }) => {
      const link = /<link\b[^>]*\brel="(?:module)?preload"[^>]*>/g
      const document = await page.request.get(address)
      const soon = Array.from(
        (await document.text()).matchAll(link),
        ([tag]) => /href="([^"]+)"/.exec(tag)?.[1],
      )
      expect(soon.length).toBeGreaterThan(4)
      const asked = new Set<string | undefined>()
      page.on('request', (request) => asked.add(new URL(request.url()).pathname))
      await page.route(document.url(), async (route) => {
        const response = await route.fetch()
        await route.fulfill({ response, body: (await response.text()).replaceAll(link, '') })
      })
      await openShop(page, address)
      const isLocked = page.workers().map((worker) => /lockedWorker/.test(worker.url()))
      expect(isLocked.includes(true)).toBe(address !== '/')
      await expect.poll(() => soon.filter((path) => !asked.has(path))).toEqual([])
    })
})

test('React is in a script of its own', async ({ page }) => {
  await page.goto('/')
  await settled(page)
  const named = (await files(page)).filter((path) => /\/assets\/(main|react-dom)-/.test(path))
  const sizes = await Promise.all(
    named.map(async (path) => {
      const script = await page.request.get(path)
      return [/(main|react-dom)/.exec(path)?.[0], (await script.text()).length] as const
    }),
  )
  const size = Object.fromEntries(sizes)
  expect(size['react-dom']).toBeGreaterThan(100_000)
  expect(size.main).toBeLessThan(5_000)
})
