/**
 * @module Tests that layout shift stays low on every page, and that pages reserve each picture's space before it loads.
 */
import { expect, type Page, test } from 'playwright/test'
import { comesToRest, hasLoaded, learnsFrom, listsArrive, openShop } from './shop.ts'

/** Half of the limit up to which Google calls a layout shift "good". @see https://web.dev/articles/cls */
const MOST_SHIFT = 0.05

const DESKTOP = { width: 1280, height: 860 }

const PAGES = [
  '/',
  '/category/Candles%20%26%20Fragrance',
  '/product/85123A',
  '/search#q=heart',
  '/basket',
  '/checkout',
  '/wishlist',
  '/orders',
  '/side-by-side',
  '/play',
  '/fast-forward',
  '/console',
  '/no-such-page',
]

/** Counts every layout shift, including shifts right after a click, which the official metric ignores. */
async function watch(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const seen = { shift: 0, moved: [] as string[] }
    Object.assign(window, { seen })
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & {
        value: number
        sources: readonly { node: Node | null; previousRect: DOMRect; currentRect: DOMRect }[]
      })[]) {
        seen.shift += entry.value
        for (const { node, previousRect: from, currentRect: to } of entry.sources)
          seen.moved.push(
            `${from.x},${from.y} ${from.width}x${from.height} to ${to.x},${to.y} ${to.width}x${to.height}: ${node instanceof Element ? node.outerHTML.slice(0, 90) : node?.textContent}`,
          )
      }
    }).observe({ type: 'layout-shift', buffered: true })
  })
}

const seen = (page: Page) =>
  page.evaluate(() => (window as unknown as { seen: { shift: number; moved: string[] } }).seen)

for (const [size, viewport] of Object.entries({
  desktop: DESKTOP,
  phone: { width: 390, height: 844 },
})) {
  test(`pages do not shift while they load, ${size}`, async ({ page }) => {
    await page.setViewportSize(viewport)
    await watch(page)
    for (const address of PAGES) {
      await page.goto(address)
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
      await hasLoaded(page)
      const { shift, moved } = await seen(page)
      expect(shift, `${address}: ${moved.join('\n')}`).toBeLessThan(MOST_SHIFT)
    }
  })
}

test('the first cards of the basket’s page are in their final places from the start', async ({
  page,
}) => {
  const first = page.locator('.shelf > li').first()
  await page.route('**/*.js', (route) => route.abort())
  await page.goto('/basket')
  const whole = await first.boundingBox()
  expect(await page.locator('.shelf > li').count()).toBe(6)
  await page.route('**/basket', async (route) => {
    const response = await route.fetch()
    const [before, one, two] = (await response.text()).split(/(?<=<\/li>)(?=<li class="ns-item")/)
    await route.fulfill({ response, body: before + one + two })
  })
  await page.goto('/basket')
  expect(await page.locator('.shelf > li').count()).toBeLessThan(6)
  expect(await first.boundingBox()).toEqual(whole)
})

/** Layout shift that rounding can cause in one step of a visit. A card that moves by its own height causes .02. */
const MOST_STEP_SHIFT = 0.002

/** Runs a step on a slowed processor until all lists have arrived, because lists arrive later than the page itself. */
type Slowly = (act: () => Promise<unknown>) => Promise<void>

/** Slows the page only while lists arrive, because a slowed page keeps a processor busy even when it rests. */
async function slowPhone(page: Page): Promise<Slowly> {
  const protocol = await page.context().newCDPSession(page)
  const slow = (rate: number) => protocol.send('Emulation.setCPUThrottlingRate', { rate })
  return async (act) => {
    await slow(4)
    await act()
    await listsArrive(page)
    await slow(1)
  }
}

/** Waits until the page is idle, and expects that its total layout shift is still `before`. */
async function expectStill(page: Page, step: string, before: number): Promise<void> {
  await comesToRest(page)
  const { shift, moved } = await seen(page)
  expect(shift - before, `${step}:\n${moved.join('\n')}`).toBeLessThan(MOST_STEP_SHIFT)
}

async function opensStill(
  page: Page,
  slowly: Slowly,
  address: string,
  ready: string,
): Promise<void> {
  await slowly(async () => {
    await page.goto(address)
    await page.locator(ready).first().waitFor()
  })
  await expectStill(page, address, 0)
}

const FOR_YOU = '.for-you [aria-busy="false"] [data-item]'

/** Moves from page to page like a shopper, without loading a document. Expects no shift in any step. */
async function lookAround(page: Page, slowly: Slowly): Promise<void> {
  const stands = async (step: string, act: () => Promise<unknown>) => {
    const { shift } = await seen(page)
    await slowly(act)
    await expectStill(page, step, shift)
  }
  const card = page.locator('main .grid [data-item]')
  const department = page.getByRole('navigation', { name: 'Departments' }).getByRole('link').nth(2)
  await stands('department', async () => {
    await department.click()
    await card.first().waitFor()
  })
  await stands('search', async () => {
    await page.getByRole('combobox', { name: 'Search products' }).pressSequentially('heart')
    await expect(page.getByRole('group', { name: 'Products' })).toBeVisible()
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { level: 1, name: /heart/ })).toBeVisible()
    await card.first().waitFor()
  })
  await stands('product', async () => {
    await card.nth(1).click()
    await page.locator('main .shelf [data-item]').first().waitFor()
  })
  await stands('back to the search', async () => {
    await page.goBack()
    await card.first().waitFor()
  })
  await stands('back to the department', async () => {
    await page.goBack()
    await card.first().waitFor()
  })
  await stands('back home', async () => {
    await page.goBack()
    await page.locator('.for-you [data-item]').first().waitFor()
  })
}

for (const [size, viewport] of Object.entries({
  desktop: DESKTOP,
  phone: { width: 390, height: 844 },
})) {
  test(`nothing shifts from page to page on a slow device, ${size}`, async ({ page }) => {
    await page.setViewportSize(viewport)
    await watch(page)
    const slowly = await slowPhone(page)
    await opensStill(page, slowly, '/', FOR_YOU)
    await lookAround(page, slowly)
    // A returning shopper sees the list for everyone first, and then their own.
    await opensStill(page, slowly, '/', FOR_YOU)
    await lookAround(page, slowly)
  })
}

test.describe('with a device that answers late', () => {
  // The service worker is off, because it would deliver the script at once.
  test.use({ serviceWorkers: 'block' })

  test('a list that arrives seconds after its page shifts nothing', async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 844 })
    await watch(page)
    await page.goto('/product/85123A')
    await page.getByRole('button', { name: 'Add to basket' }).first().click()
    await learnsFrom(page, 2)
    const slowly = await slowPhone(page)
    await page.route(/assets\/worker-/, async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 3000))
      await route.continue()
    })
    await opensStill(page, slowly, '/', FOR_YOU)
    await opensStill(page, slowly, '/category/Christmas', 'main .grid [data-item]')
    await opensStill(page, slowly, '/search#q=heart', 'main .grid [data-item]')
    await opensStill(page, slowly, '/product/22086', 'main .shelf [data-item]')
  })
})

/** Fills basket, wishlist and orders, so that their pages have pictures. */
async function fill(page: Page): Promise<void> {
  const add = page.getByRole('button', { name: 'Add to basket' }).first()
  await page.goto('/product/85123A')
  await add.click()
  await page.getByRole('button', { name: 'Add to wishlist' }).click()
  await page.goto('/checkout')
  await page.getByRole('button', { name: 'Place demo order' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Thank you' })).toBeVisible()
  await page.goto('/product/22423')
  await add.click()
}

const WITHOUT_PICTURES = ['/checkout', '/console']
const PHONE = { width: 360, height: 740 }

/** Number of pictures in the page, and pictures that declare no size or have another size on screen. */
const lookAtPictures = (page: Page) =>
  page.locator('img').evaluateAll((images) => ({
    pictures: images.length,
    wrong: images
      .filter((image) => {
        const { width, height } = image.getBoundingClientRect()
        const told = image.hasAttribute('width') && image.hasAttribute('height')
        return !told || Math.abs(width - height) > 1
      })
      .map((image) => image.outerHTML),
  }))

test('no page is wider than a phone, and every picture declares its size and keeps it', async ({
  page,
}) => {
  await page.setViewportSize(PHONE)
  await fill(page)
  const header = page.getByRole('banner')
  for (const width of [700, 640, 600, 430, 412, 390, 375, 360]) {
    await page.setViewportSize({ ...PHONE, width })
    const learned = await header.locator('button.learned').boundingBox()
    expect((learned?.x ?? 0) + (learned?.width ?? width), `${width}`).toBeLessThanOrEqual(width - 8)
  }
  const expectNarrow = async (address: string) =>
    expect(await page.evaluate(() => document.documentElement.scrollWidth), address).toBe(360)
  const without: string[] = []
  for (const address of PAGES) {
    await page.goto(address)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    // Pictures have their sizes before they load, so waiting for the page's first picture is enough. On
    // `/fast-forward`, the first picture comes with the first replayed order.
    if (!WITHOUT_PICTURES.includes(address))
      await page.locator('main img').filter({ visible: true }).first().waitFor()
    await hasLoaded(page)
    await expectNarrow(address)
    for (const viewport of [PHONE, DESKTOP]) {
      await page.setViewportSize(viewport)
      const { pictures, wrong } = await lookAtPictures(page)
      expect(wrong, `${address}, ${viewport.width}`).toEqual([])
      if (pictures === 0 && viewport === DESKTOP) without.push(address)
    }
    await page.setViewportSize(PHONE)
  }
  expect(without).toEqual(WITHOUT_PICTURES)
  await page.goto('/side-by-side')
  const choice = await page.getByRole('combobox', { name: 'Compare' }).boundingBox()
  expect((choice?.x ?? 0) + (choice?.width ?? 360)).toBeLessThanOrEqual(360 - 16)
  await page.goto('/fast-forward')
  await page.getByRole('button', { name: 'Next order' }).click()
  await expect(page.getByRole('list', { name: 'Shown before the order' })).toBeVisible({
    timeout: 60_000,
  })
  await expectNarrow('/fast-forward, after an order')
  await page.getByRole('button', { name: 'What this shop learned' }).click()
  await expect(page.getByRole('dialog')).toBeVisible()
  await expectNarrow('the panel')
})

test('departments fill every row of their grid at any width', async ({ page }) => {
  await openShop(page)
  const tiles = page.locator('.tiles > li')
  await tiles.first().scrollIntoViewIfNeeded()
  for (const width of [320, 390, 640, 768, 1024, 1280, 1440, 1920]) {
    await page.setViewportSize({ width, height: 900 })
    const boxes = await tiles.evaluateAll((all) =>
      all.map((tile) => tile.getBoundingClientRect().toJSON() as DOMRect),
    )
    const grid = await page.locator('.tiles').boundingBox()
    const tops = new Set(boxes.map(({ top }) => top))
    expect(tops.size).toBeGreaterThan(3)
    for (const row of tops) {
      const ends = boxes.filter(({ top }) => top === row).map(({ right }) => right)
      expect(Math.max(...ends), `${width}`).toBeCloseTo((grid?.x ?? 0) + (grid?.width ?? 0), 0)
    }
  }
})
