/** @module Tests `/play`: taps change the shopper's list, everyone's list stays, and no request leaves. */
import { expect, type Page, test } from 'playwright/test'
import { filmOf } from './film.ts'
import { comesToRest, keepsLatestModel, keepsShop } from './shop.ts'

const taps = (page: Page) => page.locator('.play-tap')
const names = (page: Page, list: 'yours' | 'everyones') =>
  page.locator(`.play-${list} .play-row .play-name`).allInnerTexts()

async function open(page: Page, address = '/play'): Promise<void> {
  await page.goto(address)
  await expect.poll(() => names(page, 'yours')).toHaveLength(8)
  await expect.poll(() => names(page, 'everyones')).toHaveLength(8)
}

/** Waits for two downloads that don't depend on taps: the files for offline use and a newer model. */
async function hasAll(page: Page): Promise<void> {
  await keepsShop(page)
  await expect.poll(() => keepsLatestModel(page)).toBe(true)
  await comesToRest(page)
}

/** Opens the page's list of requests since the first tap. @returns their addresses */
async function requestsShown(page: Page): Promise<string[]> {
  await page.getByText(/^Requests to a server since your first tap: \d+$/).click()
  return page.locator('.play-facts code').allInnerTexts()
}

/** A request for a newer model, which a device makes from time to time, independently of taps. */
const MODEL_CHECK = '/models/latest.json'

test('a tap changes only the shopper’s list, and causes no request', async ({ page }) => {
  await open(page)
  const requested: string[] = []
  await hasAll(page)
  const everyones = await names(page, 'everyones')
  page.on('request', (request) => requested.push(request.url()))
  await taps(page).first().focus()
  await page.keyboard.press('Enter')
  await expect(taps(page).first()).toHaveAttribute('aria-pressed', 'true')
  await expect.poll(() => names(page, 'yours')).not.toEqual(everyones)
  await expect(page.locator('.play-rise').first()).toBeVisible()
  await expect(page.getByText(/^Learned from 1 action in \d+ ms\.$/)).toBeVisible()
  expect((await requestsShown(page)).filter((address) => address !== MODEL_CHECK)).toEqual([])
  const others = requested.filter((url) => /^https?:/.test(url) && !url.endsWith(MODEL_CHECK))
  expect(others).toEqual([])
  expect(await names(page, 'everyones')).toEqual(everyones)
  expect(new URL(page.url()).hash).toBe('#taps=22629')
})

test('after a reload a tap causes no request to a server, because the worker’s files are on this device', async ({
  page,
}) => {
  await open(page)
  await hasAll(page)
  await page.reload()
  await open(page)
  await comesToRest(page)
  const before = await names(page, 'yours')
  await taps(page).nth(3).click()
  await expect.poll(() => names(page, 'yours')).not.toEqual(before)
  const listed = await requestsShown(page)
  const summary = await page.locator('.play-facts summary').textContent()
  const asked = Number(summary?.split(': ').at(-1))
  const checks = listed.filter((address) => address === MODEL_CHECK).length
  expect(asked, listed.join(' ')).toBeLessThanOrEqual(checks)
})

test('after a link with somebody’s taps is opened, the taps apply only if the visitor presses the button', async ({
  page,
}) => {
  await open(page, '/play#taps=22629+nobody-has-this+22111')
  const before = await names(page, 'yours')
  expect(before).toEqual(await names(page, 'everyones'))
  await expect(page.getByText('Nothing learned yet.')).toBeVisible()
  await page.getByRole('button', { name: 'Tap these, too' }).click()
  await expect.poll(() => names(page, 'yours')).not.toEqual(before)
  await expect(page.getByRole('button', { name: 'Spaceboy Lunch Box' })).toHaveAttribute(
    'aria-pressed',
    'true',
  )
  await expect(page.getByRole('button', { name: 'Tap these, too' })).toHaveCount(0)
})

test('when the visitor comes back, the page says how much this device has learned', async ({
  page,
}) => {
  await open(page)
  const learned = page.locator('.play-facts > p').first()
  await expect(learned).toHaveText('Nothing learned yet.')
  await taps(page).first().click()
  await expect(learned).toHaveText(/^Learned from 1 action/)
  await page.locator('.play-ways a').click()
  await expect(learned).toHaveCount(0)
  await page.goBack()
  await expect(learned).toHaveText('Learned from 1 action.')
})

test('on a phone, both lists and the tapped products are on one screen', async ({ page }) => {
  const film = await filmOf(page)
  await page.setViewportSize({ width: 390, height: 760 })
  await open(page)
  await hasAll(page)
  for (const part of ['.play-taps', '.play-facts', '.play-row >> nth=3'])
    await expect(page.locator(part).first()).toBeInViewport({ ratio: 1 })
  await film.take(1.5)
  for (const place of [1, 4, 2]) {
    await taps(page).nth(place).scrollIntoViewIfNeeded()
    const before = await names(page, 'yours')
    await film.glide(async () => {
      await taps(page).nth(place).click()
      await expect.poll(() => names(page, 'yours')).not.toEqual(before)
    })
    await film.take(2)
  }
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
  await film.save('docs/play.webp')
})

test('the playground counts the requests that are made after a tap', async ({ page }) => {
  await open(page)
  await hasAll(page)
  await taps(page).nth(1).click()
  await requestsShown(page)
  await page.evaluate(() => fetch('/robots.txt?planted').catch(() => undefined))
  await expect(page.locator('.play-facts code', { hasText: '/robots.txt?planted' })).toBeVisible()
})
