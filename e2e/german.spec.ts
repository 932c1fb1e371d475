/** @module Tests that a German reader sees only German, on every page and from the first paint. */

import type { Message } from '@nearside/browser/page/words.ts'
import GERMAN from '@nearside/storefront/words/de.json' with { type: 'json' }
import ENGLISH from '@nearside/storefront/words/en.json' with { type: 'json' }
import technical from '@nearside/ui/messages/technical.de.json' with { type: 'json' }
import { expect, type Page, test } from 'playwright/test'
import { catalogues, formsOf } from '../scripts/catalogues.ts'
import { GERMAN as GERMAN_LABELS } from '../src/german.ts'
import { findings } from './axe.ts'
import { eachEmptyPage, eachPage, go } from './pages.ts'
import { learnsFrom } from './shop.ts'

test.use({ locale: 'de-DE' })

/** Texts of message catalogues, split where a message inserts a value. */
function pieces(all: readonly Readonly<Record<string, Message>>[]): Set<string> {
  const texts = all.flatMap((messages) => Object.values(messages).flatMap(formsOf))
  const parts = texts.flatMap((text) => text.split(/\{\w+\}|[*[\]]/))
  return new Set(parts.map((part) => part.trim()).filter((part) => /\p{L}{3}/u.test(part)))
}

const german = pieces(catalogues().map(({ de }) => de))
const english = [...pieces(catalogues().map(({ en }) => en))].filter((piece) => !german.has(piece))

/** Texts of a page, visible or for screen readers only, without those marked as English. */
function textsOf(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [document.title]
    const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_ALL)
    for (let node = nodes.nextNode(); node; node = nodes.nextNode()) {
      if (node.parentElement?.closest('script, [lang^="en"]')) continue
      if (node instanceof Text) found.push(node.data)
      if (!(node instanceof Element) || node.closest('[lang^="en"]')) continue
      for (const name of ['aria-label', 'aria-description', 'placeholder', 'data-longest'])
        found.push(node.getAttribute(name) ?? '')
    }
    return found.map((text) => text.trim()).filter((text) => text !== '')
  })
}

/** English pieces on the page. A short piece counts only as a whole text, a longer one also as a part of a text. */
async function leftInEnglish(page: Page): Promise<string[]> {
  const texts = await textsOf(page)
  expect(texts.length).toBeGreaterThan(20)
  return english.filter((piece) =>
    texts.some((text) => text === piece || (piece.length > 12 && text.includes(piece))),
  )
}

/** Checks that the page has no English words, and that German words don't make it wider than a narrow phone. */
async function judge(page: Page, what: string): Promise<void> {
  expect(await leftInEnglish(page), what).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth), what).toBe(360)
  const parts = page.locator('.ns-console-part')
  const over = (all: Element[]) => all.filter((part) => part.scrollWidth > part.clientWidth).length
  expect(await parts.evaluateAll(over), what).toBe(0)
}

test('every German page is free of our English words, fits a phone and is accessible', async ({
  page,
}) => {
  await page.setViewportSize({ width: 360, height: 740 })
  await page.goto('/')
  await expect(page.locator('html')).toHaveAttribute('lang', 'de-DE')
  await expect(page.getByRole('heading', { level: 1, name: GERMAN['home.heading'] })).toBeVisible()
  await eachEmptyPage(page, judge)
  for (const [place, item] of ['85123A', '22423'].entries()) {
    await go(page, `/product/${item}`)
    await page.getByRole('button', { name: GERMAN['product.add'] }).first().click()
    await page.getByRole('button', { name: GERMAN['product.wish'] }).click()
    // The test waits until the device has learned from the view, which takes a second.
    await learnsFrom(page, 3 * (place + 1), GERMAN_LABELS)
    await judge(page, item)
  }
  await go(page, '/checkout')
  await page.getByRole('button', { name: GERMAN['checkout.place'] }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Vielen Dank' })).toBeVisible()
  await judge(page, 'after an order')
  await go(page, '/product/84879')
  await page.getByRole('button', { name: GERMAN['product.add'] }).first().click()
  await eachPage(page, { '/search#q=lantern': 'main [data-item]' }, async (address) => {
    if (address === '/console') {
      await page.getByText('Technische Einzelheiten').click()
      await page.getByRole('region', { name: technical.notices }).waitFor()
    }
    await judge(page, address)
    expect(await findings(page), address).toEqual([])
  })
  await page.locator('button.learned').click()
  await expect(page.getByRole('dialog')).toContainText('gespeicherte Aktionen')
  await page.getByRole('dialog').getByRole('button', { name: 'Alles löschen' }).click()
  await judge(page, 'the panel')
})

test('the check for English words finds a planted English word', async ({ page }) => {
  await page.goto('/')
  await expect(page.getByRole('heading', { level: 1, name: GERMAN['home.heading'] })).toBeVisible()
  await page.evaluate((word) => document.querySelector('main')?.append(word), ENGLISH.soldOut)
  expect(await leftInEnglish(page)).toEqual([ENGLISH.soldOut])
})

test('a German page never shows English and does not shift, and the choice of German applies in every tab', async ({
  page,
  context,
}) => {
  await page.addInitScript(() => {
    const seen = { headings: new Set<string>(), moved: 0 }
    Object.assign(window, { seen })
    const look = () => {
      const heading = document.querySelector<HTMLElement>('#shop h1')
      if (heading?.checkVisibility({ visibilityProperty: true }))
        seen.headings.add(heading.textContent ?? '')
      requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries())
        seen.moved += (entry as unknown as { value: number }).value
    }).observe({ type: 'layout-shift', buffered: true })
  })
  const seen = () =>
    page.evaluate(() => {
      const { headings, moved } = (
        window as unknown as { seen: { headings: Set<string>; moved: number } }
      ).seen
      return { headings: [...headings], moved }
    })
  const heading = (name: string) => page.getByRole('heading', { level: 1, name })
  await page.goto('/')
  await expect(heading(GERMAN['home.heading'])).toBeVisible()
  await expect(page.locator('.for-you [aria-busy="false"]')).toBeVisible()
  expect((await seen()).headings).toEqual([GERMAN['home.heading']])
  expect((await seen()).moved).toBeLessThan(0.01)

  const other = await context.newPage()
  await other.goto('/basket')
  await expect(other.getByRole('heading', { level: 1, name: GERMAN['basket.title'] })).toBeVisible()
  await page.getByRole('button', { name: 'English' }).click()
  await expect(heading(ENGLISH['home.heading'])).toBeVisible()
  await expect(page.getByRole('button', { name: 'English' })).toBeFocused()
  await expect(page.locator('html')).toHaveAttribute('lang', 'en-GB')
  await expect(
    other.getByRole('heading', { level: 1, name: ENGLISH['basket.title'] }),
  ).toBeVisible()
  await page.reload()
  await expect(heading(ENGLISH['home.heading'])).toBeVisible()
  expect((await seen()).headings).toEqual([ENGLISH['home.heading']])
})

test('if German can’t be loaded, the shop opens in English, and tells a shopper who asks for German that it is missing', async ({
  page,
}) => {
  await page.addInitScript(() => Object.defineProperty(navigator, 'serviceWorker', {}))
  await page.route('**/german-*.js', (route) => route.abort())
  await page.goto('/')
  await expect(page.getByRole('heading', { level: 1, name: ENGLISH['home.heading'] })).toBeVisible()
  await expect(page.locator('html')).toHaveAttribute('lang', 'en-GB')
  await page.getByRole('button', { name: 'Deutsch' }).click()
  await expect(page.getByText(ENGLISH['footer.notLoaded'])).toBeVisible()
})
