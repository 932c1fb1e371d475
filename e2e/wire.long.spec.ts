/** @module Tests “Cut the wire” (blocks all requests): no packet leaves, the shop works, waiting orders arrive once. */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startCapture } from '@nearside/audit/egress/jail.ts'
import { PROBES, scriptOf } from '@nearside/audit/egress/probes.ts'
import { missingForProof } from '@nearside/audit/egress/prove.ts'
import { expect, type Page, test } from 'playwright/test'
import { createOrderBook } from '../scripts/orderBook.ts'
import { createStaticServer } from '../scripts/static.ts'
import { comesToRest, forYou, forYouIds, goHome, keepsShop, openShop } from './shop.ts'
import { closeVaultShops, openVaultShop } from './vault.ts'

const canCapture = missingForProof({ url: 'http://localhost/' }).length === 0

/** Milliseconds after which the server ends an unused connection. */
const IDLE_MS = 300
/** Time in which a request that was not refused would have arrived, milliseconds. */
const LATE_MS = 3000

async function serve() {
  const asked: string[] = []
  const orders: unknown[] = []
  const book = createOrderBook()
  let [loses, refuses] = [false, false]
  const server: Server = createStaticServer({
    root: 'dist/demo',
    models: 'public/models',
    federation: null,
    persist: 'always',
    orders: {
      take(order) {
        if (refuses) return 'invalid'
        const taken = book.take(order)
        if (taken === 'stored') orders.push(order)
        return taken
      },
    },
  })
  server.keepAliveTimeout = IDLE_MS
  server.prependListener('request', ({ method, url }, response) => {
    asked.push(`${method} ${url}`)
    if (method !== 'POST' || !loses) return
    loses = false
    response.end = () => response.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  const { port } = server.address() as AddressInfo
  return {
    ...{ port, asked, orders, origin: `http://localhost:${port}` },
    /** Makes the server lose its answer to the next POST. */
    loseAnswer() {
      loses = true
    },
    /** Makes the server find every later order invalid. */
    refuseOrders() {
      refuses = true
    },
    /** Resolves when all connections have ended. */
    quiet: () =>
      expect
        .poll(() => new Promise((resolve) => server.getConnections((_, open) => resolve(open))))
        .toBe(0),
    async end() {
      server.close()
      server.closeAllConnections()
    },
  }
}

const rest = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/**
 * Counts packets to a port that open a connection, and packets that carry bytes.
 * @returns function that stops counting and returns both numbers; zeros if capturing isn't possible
 */
async function watchPackets(file: string, port: number) {
  const capture = canCapture ? await startCapture(file) : null
  return async () => {
    const all = capture ? await capture.end() : []
    const toShop = all.filter(({ to }) => to.endsWith(`:${port}`))
    return {
      opened: toShop.filter(({ opens }) => opens).length,
      bytes: toShop.reduce((sum, { payload }) => sum + payload.length, 0),
    }
  }
}

const sign = (page: Page) => page.getByRole('button', { name: 'Wire cut: reconnect' })

async function cut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'What this shop learned' }).click()
  await page.getByRole('button', { name: 'Cut the wire' }).click()
  await expect(page.getByText('The wire is cut.')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(sign(page)).toBeVisible()
}

async function order(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Add to basket' }).first().click()
  await page.getByRole('link', { name: /^Basket, \d/ }).click()
  await page.getByRole('link', { name: 'Go to checkout' }).click()
  await page.getByRole('button', { name: 'Place demo order' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Thank you' })).toBeVisible()
}

const firstOrder = (page: Page) => page.getByRole('heading', { name: 'Order 1' })

test('while “Cut the wire” is on, no packet reaches the server, and the shop continues to work', async ({
  context,
  page,
}, info) => {
  const shop = await serve()
  try {
    await openShop(page, shop.origin)
    await keepsShop(page)
    const other = await context.newPage()
    await openShop(other, shop.origin)
    await comesToRest(other)
    await comesToRest(page)
    await cut(page)
    await expect(sign(other)).toBeVisible()

    await shop.quiet()
    const packetsOf = await watchPackets(info.outputPath('cut.pcap'), shop.port)
    const { asked } = shop
    asked.length = 0
    const before = await forYouIds(page)
    await forYou(page).locator('[data-item]').nth(2).click()
    await order(page)
    await goHome(page)
    await expect.poll(() => forYouIds(page)).not.toEqual(before)
    await page.getByRole('combobox', { name: 'Search products' }).fill('lantern')
    await page.keyboard.press('Enter')
    await expect(page.locator('main mark').first()).toBeVisible()
    await rest(LATE_MS)
    expect(asked).toEqual([])
    expect(await packetsOf()).toEqual({ opened: 0, bytes: 0 })

    // After a reload, the wire is still cut, also for every way of sending that `nearside prove-egress` tries.
    // Only bytes are counted, because a `preconnect` may open a connection.
    const bytesOf = await watchPackets(info.outputPath('probes.pcap'), shop.port)
    await page.reload()
    await expect(sign(page)).toBeVisible()
    await expect(page.locator('main mark').first()).toBeVisible()
    const probed = await context.newPage()
    await openShop(probed, shop.origin)
    await expect(sign(probed)).toBeVisible()
    for (const probe of PROBES.filter(({ where }) => where === 'page')) {
      const script = scriptOf(probe, `M${PROBES.indexOf(probe)}`, `localhost:${shop.port}`)
      await Promise.race([probed.evaluate(script), rest(1000)]).catch(() => undefined)
    }
    await rest(LATE_MS)
    expect(asked).toEqual([])
    expect((await bytesOf()).bytes).toBe(0)
    await probed.close()
    expect(shop.orders).toEqual([])

    // This capture sees the order's request, so the captures above would have seen requests, too.
    const packetsAfter = await watchPackets(info.outputPath('mended.pcap'), shop.port)
    // The server stores the order, and its answer is lost.
    shop.loseAnswer()
    await sign(page).click()
    await expect(sign(page)).toHaveCount(0)
    await expect(sign(other)).toHaveCount(0)
    await expect.poll(() => shop.orders.length).toBe(1)
    expect((await packetsAfter()).bytes > 0).toBe(canCapture)
    await page.getByRole('contentinfo').getByRole('link', { name: 'Your orders' }).click()
    await expect(firstOrder(page)).toBeVisible()
    await page.evaluate(() => dispatchEvent(new Event('online')))
    await expect(page.getByText('Waits to be sent')).toHaveCount(0)
    expect(asked.filter((line) => line === 'POST /orders').length).toBeGreaterThan(1)
    expect(shop.orders).toHaveLength(1)
  } finally {
    await shop.end()
  }
})

test('an order that the server finds invalid is shown as refused, and not sent again', async ({
  page,
}) => {
  const shop = await serve()
  try {
    shop.refuseOrders()
    await openShop(page, shop.origin)
    await keepsShop(page)
    await forYou(page).locator('[data-item]').first().click()
    await order(page)
    const posts = () => shop.asked.filter((line) => line === 'POST /orders').length
    await expect.poll(posts).toBe(1)
    await page.getByRole('contentinfo').getByRole('link', { name: 'Your orders' }).click()
    await expect(page.getByText(/could not take this order/)).toBeVisible()
    await expect(page.getByText('Waits to be sent')).toHaveCount(0)
    await page.evaluate(() => dispatchEvent(new Event('online')))
    await rest(LATE_MS)
    expect(posts()).toBe(1)
  } finally {
    await shop.end()
  }
})

test('the list of requests shows each request with its purpose, and the bytes of its body', async ({
  page,
}) => {
  const shop = await serve()
  try {
    await openShop(page, shop.origin)
    await keepsShop(page)
    await forYou(page).locator('[data-item]').first().click()
    await order(page)
    await expect.poll(() => shop.orders.length).toBe(1)
    await page.getByRole('button', { name: 'What this shop learned' }).click()
    await page.getByText(/requests since this page opened$/).click()
    const row = page.locator('.request', { hasText: 'an order that you placed' })
    const { length } = JSON.stringify(shop.orders[0])
    await expect(row).toContainText(`${length} bytes out`)
    await expect(page.getByText(`left in bodies: ${length}.`)).toBeVisible()
    for (const purpose of ['the list of all products', 'is there a newer model?'])
      await expect(page.locator('.request', { hasText: purpose }).first()).toBeVisible()
    await expect(
      page.locator('.request', { hasText: 'nothing that the shop planned' }),
    ).toHaveCount(0)
  } finally {
    await shop.end()
  }
})

test('in a shop with a vault, “Cut the wire” blocks the vault’s requests, too, once the shopper has agreed to storing', async ({
  page,
}) => {
  const { shop, asked, askedOfShop } = await openVaultShop(undefined, undefined, null, 'ask')
  try {
    await openShop(page, shop)
    await page.getByRole('button', { name: 'What this shop learned' }).click()
    await page.getByRole('button', { name: 'Cut the wire' }).click()
    await expect(page.getByText('the shop must be stored in this browser')).toBeVisible()
    await page.locator('.wire').getByRole('button', { name: 'Keep' }).click()
    await expect(page.getByText('The wire is cut.')).toBeVisible()
    await page.keyboard.press('Escape')
    asked.length = 0
    askedOfShop.length = 0
    const before = await forYouIds(page)
    await forYou(page).locator('[data-item]').nth(2).click()
    await page.getByRole('button', { name: 'Add to basket' }).first().click()
    await goHome(page)
    await expect.poll(() => forYouIds(page)).not.toEqual(before)
    await rest(LATE_MS)
    expect([asked, askedOfShop]).toEqual([[], []])
  } finally {
    closeVaultShops()
  }
})

test('without a service worker the button says that it can’t block requests (“cut the wire”)', async ({
  browser,
  baseURL,
}) => {
  const context = await browser.newContext({ serviceWorkers: 'block', baseURL })
  const page = await context.newPage()
  try {
    await openShop(page)
    await comesToRest(page)
    await page.getByRole('button', { name: 'What this shop learned' }).click()
    await expect(async () => {
      await page.getByRole('button', { name: 'Cut the wire' }).click()
      await expect(page.getByText(/^This window can’t cut the wire/)).toBeVisible({ timeout: 5000 })
    }).toPass()
    await expect(sign(page)).toHaveCount(0)
  } finally {
    await context.close()
  }
})
