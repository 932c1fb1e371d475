/** @module Tests local-only mode: only orders, and GETs of the paths listed below, leave the browser. */
import { type BrowserContext, expect, test } from 'playwright/test'
import { fact, openConsole, openShop } from './shop.ts'

/**
 * Paths that the shop is allowed to request from its own origin, without a body or a query. The words of a search are
 * in the address's fragment, so the browser never sends them.
 */
const DECLARED = [
  /^\/(shell\.html)?$/,
  /^\/(category|product|search|basket|checkout|play|side-by-side|fast-forward|orders|wishlist|console)(\/[^/]*)?$/,
  /^\/assets\/[\w.-]+$/,
  /^\/catalog\/(catalog|pictures|history)\.json$/,
  /^\/models\/(latest\.json|[\w.-]+\/[\w.-]+\.(json|safetensors))$/,
  /^\/federation\.json$/,
  /^\/replay\/(new-shop|shoppers)\.json$/,
  /^\/(sw\.js|favicon\.svg|manifest\.webmanifest)$/,
]

interface Sent {
  readonly method: string
  readonly url: string
  readonly body: string | null
}

/** Allowed form of an order's body: a random id, products, quantities and prices. */
const ORDER =
  /^\{"id":"[0-9a-f]{32}","lines":\[(\{"id":"[^"]+","quantity":\d+,"price":[\d.]+\},?)+\]\}$/

const isOrder = ({ method, url, body }: Sent) =>
  method === 'POST' && new URL(url).pathname === '/orders' && ORDER.test(body ?? '')

/** Requests so far that a shop in local-only mode must not make. */
function undeclared(requests: readonly Sent[], shop = ''): Sent[] {
  return requests.filter(({ method, url, body }) => {
    const { origin, pathname, search } = new URL(url)
    // Requests for `blob:` and `data:` addresses don't leave the browser.
    if (url.startsWith('blob:') || url.startsWith('data:')) return false
    return (
      method !== 'GET' ||
      body !== null ||
      origin !== new URL(shop).origin ||
      search !== '' ||
      !DECLARED.some((path) => path.test(decodeURIComponent(pathname)))
    )
  })
}

function watch(context: BrowserContext): Sent[] {
  const seen: Sent[] = []
  context.on('request', (request) =>
    seen.push({ method: request.method(), url: request.url(), body: request.postData() }),
  )
  return seen
}

test('local-only mode sends only the declared requests', async ({ page, context, baseURL }) => {
  const seen = watch(context)
  await openShop(page)
  await page.locator('[data-item]').first().click()
  await page.getByRole('button', { name: 'Add to basket' }).first().click()
  await page.getByRole('combobox', { name: 'Search products' }).fill('lantern')
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-item]').first()).toBeVisible()
  await page.goto('/checkout')
  await page.getByRole('button', { name: /place .*order/i }).click()
  await openShop(page, '/')
  await openConsole(page)
  await expect(page.getByRole('button', { name: /Shared nothing$/ })).toBeVisible()
  await expect(fact(page, 'Learning', 'Last fit')).toContainText(/cases? on/)

  expect(seen.length).toBeGreaterThan(10)
  // The only request with a body is that of the shopper's order.
  const isPost = ({ method }: Sent) => method === 'POST'
  expect(new Set(seen.filter(isPost).map(({ body }) => body)).size).toBe(1)
  expect(undeclared(seen, baseURL).filter((one) => !isOrder(one))).toEqual([])
})

test('the check of local-only mode finds a planted leak', async ({ page, context, baseURL }) => {
  const seen = watch(context)
  await openShop(page)
  expect(undeclared(seen, baseURL)).toEqual([])
  await page.evaluate(async () => {
    new Image().src = '/catalog/pixel.svg?viewed=85123A'
    navigator.sendBeacon('/collect', 'viewed=85123A')
    await fetch('/models/latest.json', { method: 'POST', body: 'viewed=85123A' })
  })
  // The test counts paths, because the picture is requested twice: by the page and by the service worker.
  const found = () => new Set(undeclared(seen, baseURL).map(({ url }) => new URL(url).pathname))
  await expect.poll(() => found().size).toBe(3)
})

test('the content policy blocks requests to another origin', async ({ page }) => {
  await openShop(page)
  const violations = await page.evaluate(async () => {
    const blocked: string[] = []
    addEventListener('securitypolicyviolation', (event) => blocked.push(event.effectiveDirective))
    const elsewhere = 'http://localhost:9/collect'
    await fetch(elsewhere, { method: 'POST', mode: 'no-cors', body: 'history' }).catch(() => null)
    const image = new Image()
    image.src = elsewhere
    document.body.append(Object.assign(document.createElement('iframe'), { src: elsewhere }))
    for (let waits = 0; waits < 100 && blocked.length < 3; waits++)
      await new Promise((resolve) => setTimeout(resolve, 100))
    return blocked.sort()
  })
  expect(violations).toEqual(['connect-src', 'frame-src', 'img-src'])
})
