/** @module Local-only mode: nothing leaves but the declared GETs. */
import { expect, test } from 'playwright/test'
import { openShop } from './shop.ts'

/** Everything that the shop may ask for, all from its own origin, all without a body or a query. */
const DECLARED = [
  /^\/$/,
  /^\/(category|product|search|basket|checkout|console)(\/[^/]*)?$/,
  /^\/assets\/[\w.-]+$/,
  /^\/catalog\/catalog\.json$/,
  /^\/catalog\/images\/[\w.-]+\.svg$/,
  /^\/models\/(latest\.json|[\w.-]+\/[\w.-]+\.(json|safetensors))$/,
  /^\/federation\.json$/,
  /^\/(sw\.js|favicon\.svg|manifest\.webmanifest)$/,
]

test('local-only mode sends nothing but the declared requests', async ({
  page,
  context,
  baseURL,
}) => {
  const seen: { method: string; url: string; body: string | null }[] = []
  context.on('request', (request) =>
    seen.push({ method: request.method(), url: request.url(), body: request.postData() }),
  )
  await openShop(page)
  await page.locator('[data-item]').first().click()
  await page.getByRole('button', { name: 'Add to basket' }).first().click()
  await page.getByRole('searchbox', { name: 'Search products' }).fill('lantern')
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-item]').first()).toBeVisible()
  await page.goto('/checkout')
  await page.getByRole('button', { name: /place .*order/i }).click()
  await openShop(page, '/')
  await page.goto('/console')
  await expect(page.getByText(/nothing/i).first()).toBeVisible()
  await page.waitForTimeout(5_000)

  expect(seen.length).toBeGreaterThan(10)
  const undeclared = seen.filter(({ method, url, body }) => {
    const { origin, pathname, search } = new URL(url)
    if (url.startsWith('blob:') || url.startsWith('data:')) return false
    const mayHaveQuery = pathname === '/search'
    return (
      method !== 'GET' ||
      body !== null ||
      origin !== new URL(baseURL ?? '').origin ||
      (search !== '' && !mayHaveQuery) ||
      !DECLARED.some((path) => path.test(decodeURIComponent(pathname)))
    )
  })
  expect(undeclared).toEqual([])
})

test('the browser itself refuses other destinations', async ({ page }) => {
  await openShop(page)
  const outcome = await page.evaluate(async () => {
    try {
      await fetch('http://127.0.0.1:9/collect', {
        method: 'POST',
        mode: 'no-cors',
        body: 'history',
      })
      return 'sent'
    } catch {
      return 'refused'
    }
  })
  expect(outcome).toBe('refused')
})
