/** @module Tests that a server which records every request can't tell two different shoppers apart. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, expect, type Page, test } from 'playwright/test'
import { createStaticServer } from '../scripts/static.ts'
import { forYou, goHome, hasLoaded, keepsModel, keepsShop, openTechnical } from './shop.ts'

interface Watched {
  readonly origin: string
  /** Parts of a request that could contain something about the shopper. */
  readonly seen: string[]
  readonly end: () => Promise<void>
}

async function watch(root = 'dist/demo'): Promise<Watched> {
  const seen: string[] = []
  let origin = ''
  const server: Server = createStaticServer({
    root,
    models: 'public/models',
    federation: null,
    persist: 'always',
  })
  server.prependListener('request', ({ method, url, headers }: IncomingMessage) => {
    const { cookie = '', referer = '', 'content-length': length = 0 } = headers
    seen.push([method, url, cookie, referer.replace(origin, ''), length].join(' '))
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  origin = `http://localhost:${(server.address() as AddressInfo).port}`
  const end = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { origin, seen, end }
}

interface Shopper {
  readonly product: string
  readonly query: string
  readonly department: string
  readonly page: string
}

/** Makes a visit by clicks, typing, reloads and external links. */
async function shop(page: Page, origin: string, who: Shopper): Promise<void> {
  const main = page.getByRole('main')
  const card = main.locator('[data-item]').first()
  await forYou(page).locator(`[data-item="${who.product}"]`).click()
  await expect(page.locator('article.product img').first()).toBeVisible()
  await page.getByRole('button', { name: 'Add to basket' }).click()
  await page.reload()
  await expect(page.locator('article.product img').first()).toBeVisible()
  await page.getByRole('combobox', { name: 'Search products' }).fill(who.query)
  await page.keyboard.press('Enter')
  await expect(main.locator('mark').first()).toBeVisible()
  await expect(card.locator('img')).toBeVisible()
  await page.getByRole('checkbox', { name: /^£1 to £3/ }).check()
  await page.reload()
  await expect(page.getByRole('checkbox', { name: /^£1 to £3/ })).toBeChecked()
  await expect(card.locator('img')).toBeVisible()
  await page.goto(`${origin}/search?q=${who.query}`)
  await expect(main.locator('mark').first()).toBeVisible()
  expect(new URL(page.url()).search).toBe('')
  await page.goto(`${origin}/category/${encodeURIComponent(who.department)}`)
  await expect(card.locator('img')).toBeVisible()
  await card.click()
  await expect(page.locator('article.product img').first()).toBeVisible()
  const other = await page.context().newPage()
  await other.goto(page.url())
  await expect(other.locator('article.product img').first()).toBeVisible()
  await other.close()
  await page.goto(origin + who.page)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await goHome(page)
  await hasLoaded(page)
}

/** Set of the requests that one shopper causes. The requests form a set, because their number depends on timing. */
async function seenOf(browser: Browser, who: Shopper): Promise<string[]> {
  const { origin, seen, end } = await watch()
  const context = await browser.newContext()
  const page = await context.newPage()
  try {
    await page.goto(origin)
    await expect(forYou(page).locator('[aria-busy="false"] [data-item]').first()).toBeVisible()
    await keepsShop(page)
    await expect.poll(() => keepsModel(page)).toBe(true)
    await hasLoaded(page)
    seen.length = 0
    await page.reload()
    await shop(page, origin, who)
    // The shop checks for a newer release when it is idle.
    await expect.poll(() => seen).toContain('GET /sw.js  /sw.js 0')
    await hasLoaded(page)
    // A visible tab checks for a new model every few minutes, whatever its shopper does: always include that check.
    return [...new Set([...seen, 'GET /models/latest.json   0'])].sort()
  } finally {
    await context.close()
    await end()
  }
}

const ADA: Shopper = {
  product: '85123A',
  query: 'lantern',
  department: 'Christmas',
  page: '/basket',
}
const BEN: Shopper = {
  product: '22423',
  query: 'heart',
  department: 'Candles & Fragrance',
  page: '/fast-forward',
}

test('after the first visit the server can’t tell two shoppers apart', async ({ browser }) => {
  const ada = await seenOf(browser, ADA)
  expect(ada.join('\n')).not.toMatch(/product|category|search|lantern|basket|svg/)
  expect(await seenOf(browser, BEN)).toEqual(ada)
})

test('a first visit reveals to the server only the address of its first page, including the link’s query', async ({
  browser,
}) => {
  const { origin, seen, end } = await watch()
  const context = await browser.newContext()
  const page = await context.newPage()
  try {
    await page.goto(`${origin}/search?q=lantern`)
    await expect(page.locator('main mark').first()).toBeVisible()
    expect(page.url()).toBe(`${origin}/search#q=lantern`)
    await page.locator('main [data-item]').first().click()
    await expect(page.locator('article.product img').first()).toBeVisible()
    await keepsShop(page)
    expect(seen.filter((line) => /product|lantern|svg/.test(line))).toEqual([
      'GET /search?q=lantern   0',
    ])
    await page.getByRole('contentinfo').getByRole('link', { name: 'Privacy console' }).click()
    await openTechnical(page)
    const log = page.getByRole('region', { name: 'Log', exact: true })
    const fetched = seen.map((line) => line.split(' ')[1]).filter((url) => /^\/models/.test(url))
    expect(fetched).not.toEqual([])
    for (const url of fetched) await expect(log).toContainText(origin + url)
  } finally {
    await context.close()
    await end()
  }
})

for (const [why, quotaSize, ignoreCache] of [
  ['where the disk is full', 1, false],
  ['with Shift', undefined, true],
] as const) {
  test(`a reload ${why} reveals its page’s address, and works`, async ({ browser }) => {
    const { origin, seen, end } = await watch()
    const context = await browser.newContext()
    const page = await context.newPage()
    const session = await context.newCDPSession(page)
    try {
      if (quotaSize) await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize })
      await page.goto(origin)
      if (quotaSize) await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
      else await keepsShop(page)
      await forYou(page).locator('[data-item]').first().click()
      await expect(page.locator('article.product img').first()).toBeVisible()
      const line = `GET ${new URL(page.url()).pathname}   0`
      expect(seen).not.toContain(line)
      await session.send('Page.reload', { ignoreCache })
      await expect.poll(() => seen).toContain(line)
      await expect(page.locator('article.product img').first()).toBeVisible()
    } finally {
      await context.close()
      await end()
    }
  })
}

test('a new release is used on the visit after it was found', async ({ browser }) => {
  const root = await mkdtemp(join(tmpdir(), 'nearside-release-'))
  await cp('dist/demo', root, { recursive: true })
  const { origin, seen, end } = await watch(root)
  const context = await browser.newContext()
  const page = await context.newPage()
  try {
    await page.goto(origin)
    await keepsShop(page)
    seen.length = 0
    for (const [file, from, to] of [
      ['index.html', 'A demonstration gift shop', 'The second release of a gift shop'],
      ['sw.js', '{"name":"', '{"name":"second-'],
    ] as const) {
      const text = await readFile(join(root, file), 'utf8')
      expect(text).toContain(from)
      await writeFile(join(root, file), text.replace(from, to))
    }
    await page.reload()
    await expect.poll(() => seen).toContain('GET /shell.html   0')
    const busy = () =>
      page.evaluate(async () => {
        const { installing, waiting, active } = await navigator.serviceWorker.ready
        return Boolean(installing ?? waiting) || active?.state !== 'activated'
      })
    // Chromium activates the new worker only when the old one is idle, after half a minute.
    await expect.poll(busy, { timeout: 120_000 }).toBe(false)
    await page.reload()
    const described = page.locator('meta[name="description"]')
    await expect(described).toHaveAttribute('content', /second/)
  } finally {
    await context.close()
    await end()
    await rm(root, { recursive: true, force: true })
  }
})
