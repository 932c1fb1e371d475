/**
 * @module Tests that axe finds nothing on any page, on desktop and phone, light and dark, with panels and dialogs open.
 */
import { expect, type Page, test } from 'playwright/test'
import { findings } from './axe.ts'
import { eachEmptyPage, eachPage, go } from './pages.ts'
import { openShop, openTechnical } from './shop.ts'

const SIZES = { desktop: { width: 1280, height: 860 }, phone: { width: 390, height: 844 } }
const SCHEMES = ['light', 'dark'] as const

/** Checks the page's accessibility at both screen sizes in both colour schemes. */
async function judge(page: Page, what: string): Promise<void> {
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport)
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme })
      expect(await findings(page), `${what}, ${size}, ${colorScheme}`).toEqual([])
    }
  }
}

/** Makes a visit with views, a purchase, and a product in the basket. */
async function visit(page: Page): Promise<void> {
  await openShop(page)
  for (const item of ['85123A', '22423']) {
    await go(page, `/product/${item}`)
    await page.getByRole('button', { name: 'Add to basket' }).first().click()
    await page.getByRole('button', { name: 'Add to wishlist' }).click()
  }
  await go(page, '/checkout')
  await page.getByRole('button', { name: 'Place demo order' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Thank you' })).toBeVisible()
  await judge(page, 'after an order')
  await go(page, '/product/84879')
  await page.getByRole('button', { name: 'Add to basket' }).first().click()
}

test('every page of a returning shopper is accessible', async ({ page }) => {
  await visit(page)
  const more = {
    '/product/85123A': 'main [data-item]',
    '/search#q=lantrn': '.suggestions, main [data-item]',
  }
  await eachPage(page, more, (address) => judge(page, address))
})

test('every page of a new shopper is accessible', async ({ page }) => {
  await openShop(page)
  await eachEmptyPage(page, judge)
})

test('panel, erasure, phone filters, replay and error page are accessible', async ({ page }) => {
  await visit(page)
  await go(page, '/fast-forward')
  await page.getByRole('button', { name: 'Next order' }).click()
  await page.getByRole('heading', { name: 'The latest order' }).waitFor({ timeout: 60_000 })
  await judge(page, 'a replay')
  await page.getByRole('radio', { name: 'A shop that opened today' }).check()
  await page.getByRole('button', { name: 'Next round' }).click()
  await page.getByRole('button', { name: 'Next round' }).click()
  await page.getByRole('heading', { name: 'One of these devices' }).waitFor()
  await judge(page, 'a shop that opened')

  await go(page, '/search#q=heart')
  await page.setViewportSize(SIZES.phone)
  await page.getByRole('button', { name: 'Filter' }).click()
  await expect(page.getByRole('group', { name: 'Department' })).toBeVisible()
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme })
    expect(await findings(page), `facets, phone, ${colorScheme}`).toEqual([])
  }

  await page.getByRole('button', { name: 'What this shop learned' }).click()
  await expect(page.getByRole('dialog')).toBeVisible()
  await judge(page, 'the panel')
  await page.getByRole('button', { name: /^Erase/ }).click()
  await judge(page, 'the panel, about to erase')

  await page.keyboard.press('Escape')
  await go(page, '/console')
  await openTechnical(page)
  await page.getByRole('button', { name: 'Delete: All of this' }).click()
  await judge(page, 'the console, about to delete, with technical details')

  await page.route('**/catalog.json', (route) => route.abort())
  await page.addInitScript(() => Object.defineProperty(navigator, 'serviceWorker', {}))
  await page.evaluate(async () => {
    for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister()
  })
  await page.goto('/')
  await expect(page.getByRole('alert')).toBeVisible()
  await judge(page, 'an unreachable shop')
})

test('the accessibility check finds a planted fault', async ({ page }) => {
  await openShop(page)
  await page.evaluate(() => {
    document.querySelector('main')?.append(document.createElement('button'))
  })
  expect((await findings(page)).map((line) => line.split(':')[0])).toContain('button-name')
})
