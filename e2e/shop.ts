/** @module Actions in the shop for end-to-end tests, which find elements by their visible names. */
import { readFile } from 'node:fs/promises'
import { expect, type Locator, type Page } from 'playwright/test'
import { ENGLISH, type Labels, wordsIn } from '../src/react.ts'

/** Opens a page of the shop and waits for the list that this device has ranked. */
export async function openShop(page: Page, path = '/'): Promise<void> {
  await page.goto(path)
  await expect(forYou(page).locator('[aria-busy="false"] [data-item]').first()).toBeVisible()
}

/** Waits until the header counts this many events that shape the lists. A view counts only if it lasts a second. */
export const learnsFrom = (page: Page, actions: number, labels: Labels = ENGLISH) =>
  expect(page.locator('button.learned b').first()).toHaveText(
    wordsIn(labels, 'en-GB')('learnedFrom', { n: actions }),
  )

/**
 * Waits until the page has loaded and nothing else has loaded for half a second. Playwright's `networkidle` may never
 * come: on a slow page, a request that ends before the load event prevents it for good.
 */
export async function hasLoaded(page: Page): Promise<void> {
  await page.waitForLoadState()
  await page.waitForFunction(
    () => {
      const ends = performance.getEntriesByType('resource') as PerformanceResourceTiming[]
      return performance.now() - Math.max(0, ...ends.map(({ responseEnd }) => responseEnd)) > 500
    },
    null,
    // A check in every animation frame would keep a slow page busy.
    { polling: 100 },
  )
}

/** Waits until no list of the page is pending. */
export const listsArrive = (page: Page) =>
  expect(page.locator('main [aria-busy="true"], main .ns-skeleton')).toHaveCount(0)

/** Waits until no request, computation or picture is pending, and all changes are drawn. */
export async function comesToRest(page: Page): Promise<void> {
  await hasLoaded(page)
  await listsArrive(page)
  await page.waitForFunction(() => {
    const images = [...document.querySelectorAll('img')].filter((image) => image.checkVisibility())
    return (
      images.every(({ complete, loading }) => complete || loading === 'lazy') &&
      document.getAnimations().every(({ playState }) => playState !== 'running')
    )
  })
  await page.evaluate(async () => {
    // The check runs three times, because React may send the first request between two slices of its work.
    for (let times = 0; times < 3; times++) {
      await new Promise((resolve) => requestIdleCallback(resolve))
      await new Promise((resolve) => requestAnimationFrame(resolve))
    }
  })
}

export function forYou(page: Page): Locator {
  return page.getByRole('region', { name: 'For you', exact: true })
}

export function forYouIds(page: Page): Promise<string[]> {
  return forYou(page)
    .locator('[data-item]')
    .evaluateAll((cards) => cards.map((card) => card.getAttribute('data-item') ?? ''))
}

/** The value beside `name` in a part of the console. */
export function fact(page: Page, part: string, name: string): Locator {
  return page
    .getByRole('region', { name: part, exact: true })
    .locator('dl > div', { has: page.locator('dt', { hasText: new RegExp(`^${name}$`) }) })
    .locator('dd')
}

export async function openConsole(page: Page, shop = ''): Promise<void> {
  await page.goto(`${shop}/console`)
  await openTechnical(page)
}

export async function openTechnical(page: Page): Promise<void> {
  await page.getByText('Technical details', { exact: true }).click()
  await expect(page.getByRole('region', { name: 'Engine', exact: true })).toBeVisible()
}

/** Returns to the home page without a new load, as a shopper would. */
export async function goHome(page: Page): Promise<void> {
  await page.getByRole('banner').getByRole('link').first().click()
  // The function waits, because the page shows the previous list until the current one arrives.
  await expect(forYou(page).locator('[aria-busy="false"] [data-item]').first()).toBeVisible()
}

/** Waits until the device has stored all files of the release, fast-forward included, so that pages open from them. */
export async function keepsShop(page: Page): Promise<void> {
  const worker = await readFile('dist/demo/sw.js', 'utf8')
  const release = JSON.parse(/^const RELEASE = (.*)$/m.exec(worker)?.[1] ?? '')
  const paths = ['/', '/shell.html', '/catalog/pictures.json', ...release.shop, ...release.replay]
  // `waitForFunction` doesn't work here, because it would take the promise itself for a positive answer.
  const missing = () =>
    page.evaluate(async (paths) => {
      const kept = await Promise.all(paths.map((path) => caches.match(path, { ignoreVary: true })))
      return paths.filter((_, place) => !kept[place])
    }, paths)
  await expect.poll(missing, { timeout: 60_000 }).toEqual([])
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
}

export const keepsModel = async (page: Page) => (await keptModel(page)) !== null

/**
 * Whether the model that the device has stored is the published model. If the stored model is older, lists can still
 * change when the device gets the published model.
 */
export async function keepsLatestModel(page: Page): Promise<boolean> {
  // The request is repeated if it fails, because the server may close a reused connection at the moment of its use.
  const response = await page.request.get('/models/latest.json', { maxRetries: 3 })
  const latest = await response.json()
  return (await keptModel(page)) === latest.manifest
}

function keptModel(page: Page): Promise<string | null> {
  return page.evaluate(async () => {
    const [{ name = '' } = {}] = await indexedDB.databases()
    const opening = indexedDB.open(name)
    await new Promise((resolve) => opening.addEventListener('success', resolve))
    const asked = opening.result.transaction('downloads').objectStore('downloads').get('model')
    await new Promise((resolve) => asked.addEventListener('success', resolve))
    opening.result.close()
    return asked.result?.version ?? null
  })
}
