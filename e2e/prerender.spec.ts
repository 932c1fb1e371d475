/** @module The home page is there before the shop's script, and the script goes on from exactly that page. */
import { readFile } from 'node:fs/promises'
import { expect, type Page, test } from 'playwright/test'

const forYou = (page: Page) =>
  page
    .locator('.for-you [data-item]')
    .evaluateAll((cards) => cards.map((card) => card.getAttribute('data-item')))

/** What a person sees or hears, without what only says that a list is on its way. */
const shown = (page: Page) =>
  page.locator('#shop').evaluate((shop) => {
    const copy = shop.cloneNode(true) as Element
    for (const busy of copy.querySelectorAll('[aria-busy]')) busy.removeAttribute('aria-busy')
    for (const held of copy.querySelectorAll('.held')) held.remove()
    return copy.innerHTML
      .replaceAll('<!--$-->', '')
      .replaceAll('<!--/$-->', '')
      .replaceAll('<!-- -->', '')
  })

const settled = (page: Page) =>
  expect(page.locator('.for-you ul')).toHaveAttribute('aria-busy', 'false')

/** Everything that the page says to the console, and errors that nobody caught. */
function listen(page: Page): string[] {
  const said: string[] = []
  page.on('console', (message) => said.push(message.text()))
  page.on('pageerror', (error) => said.push(String(error)))
  return said
}

test('a newcomer’s page is the rendered one, to the letter, and nothing is said about it', async ({
  browser,
  page,
}) => {
  const plain = await browser.newContext({ javaScriptEnabled: false })
  const before = await plain.newPage()
  await before.goto('/')
  await expect(before.getByRole('heading', { level: 2, name: 'For you' })).toBeVisible()
  const rendered = await forYou(before)
  expect(rendered).toHaveLength(12)

  const said = listen(page)
  await page.goto('/')
  await settled(page)
  expect(await forYou(page)).toEqual(rendered)
  // The picture that was there is still there: nothing was drawn twice.
  expect(await shown(page)).toBe(await shown(before))
  expect(said).toEqual([])
  await plain.close()
})

test('a newcomer’s device begins with the model that the page was rendered with', async ({
  page,
}) => {
  const asked: string[] = []
  page.on('request', (request) => {
    const [, path] = request.url().split('/models/')
    if (path) asked.push(path)
  })
  // The one of the build: a round may have published another since.
  const built = JSON.parse(await readFile('public/models/latest.json', 'utf8'))
  for (const address of ['/', '/product/85123A']) {
    await page.goto(address)
    const content = await page.locator('meta[name="latest-model"]').getAttribute('content')
    expect(JSON.parse(content ?? '')).toEqual(built)
  }
  await expect.poll(() => asked).toContain('1/items.safetensors')
  expect(asked.slice(0, 2).sort()).toEqual(['1/manifest.json', '1/popularity.safetensors'])
})

test('the other pages begin with the outline, not with the home page', async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false })
  const page = await context.newPage()
  for (const address of ['/product/85123A', '/search?q=heart', '/no-such-page']) {
    await page.goto(address)
    await expect(page.locator('[data-item]')).toHaveCount(0)
    await expect(page.getByRole('status')).toHaveText('The shop is opening …')
  }
  await context.close()
})

/** What a shopper can have done, each enough to get a list of one's own. */
const VISITS: Readonly<Record<string, string>> = {
  looked: '/product/85123A',
  'only searched': '/search?q=lantern',
}

for (const [visit, address] of Object.entries(VISITS)) {
  test(`whoever has ${visit} sees and hears one list on the way back: their own`, async ({
    page,
  }) => {
    await page.goto(address)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await expect
      .poll(() => page.evaluate(() => localStorage.getItem('nearside-shop.known')))
      .toBe('true')
    await expectOneList(page)
  })
}

test('whoever had all erased is a stranger again', async ({ page }) => {
  await page.goto('/search?q=lantern')
  const known = () => page.evaluate(() => localStorage.getItem('nearside-shop.known'))
  await expect.poll(known).toBe('true')
  await page.getByRole('button', { name: 'What this shop learned' }).click()
  await page.getByRole('button', { name: /^Erase/ }).click()
  await page.getByRole('button', { name: /^Yes/ }).click()
  await expect.poll(known).toBe('false')
  await page.goto('/', { waitUntil: 'commit' })
  await expect(page.locator('.for-you [data-item]').first()).toBeVisible()
  await expect(page.locator('html')).not.toHaveAttribute('data-returning')
})

async function expectOneList(page: Page): Promise<void> {
  const said = listen(page)
  // Every card that is ever seen in its place, from the first paint on.
  await page.addInitScript(() => {
    const seen: string[][] = []
    const moved = { shift: 0 }
    Object.assign(window, { seen, moved })
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number })[])
        moved.shift += entry.value
    }).observe({ type: 'layout-shift', buffered: true })
    const look = () => {
      const ids = [...document.querySelectorAll<HTMLElement>('.for-you [data-item]')]
        .filter((card) => card.checkVisibility({ visibilityProperty: true }))
        .map((card) => card.dataset.item ?? '')
      const last = seen.at(-1)
      if (ids.length > 0 && ids.join() !== last?.join()) seen.push(ids)
      requestAnimationFrame(look)
    }
    look()
  })
  await page.goto('/')
  await settled(page)
  await page.waitForTimeout(500)
  const own = await forYou(page)
  const { seen, shift } = await page.evaluate(() => {
    const { seen, moved } = window as unknown as { seen: string[][]; moved: { shift: number } }
    return { seen, shift: moved.shift }
  })
  expect(seen).toEqual([own])
  expect(shift).toBeLessThan(0.02)
  expect(said).toEqual([])
}

test('a chosen theme and order hold from the first paint on', async ({ page }) => {
  await page.goto('/')
  await settled(page)
  await page.getByRole('button', { name: 'Dark colours' }).click()
  await page.getByRole('switch', { name: 'Personal order' }).click()
  // The shop's script doesn't come at all: what holds, holds without it.
  await page.route('**/assets/{main,shop,open}-*.js', (route) => route.abort())
  await page.reload({ waitUntil: 'commit' })
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await expect(page.getByText('Shown in shop order')).toBeVisible()
})

test('a department that a newcomer opens first is there before the device has ranked it, in the order that it gives', async ({
  browser,
}) => {
  const address = '/category/Christmas'
  const listOf = (page: Page) =>
    page
      .locator('main .grid [data-item]')
      .evaluateAll((cards) => cards.map((card) => card.getAttribute('data-item')))
  const open = async () => {
    // It would have the script at once.
    const context = await browser.newContext({ serviceWorkers: 'block' })
    return context.newPage()
  }

  const early = await open()
  let ranked = () => {}
  const held = new Promise<void>((resolve) => {
    ranked = resolve
  })
  await early.route(/assets\/worker-/, async (route) => {
    await held
    await route.continue()
  })
  await early.goto(address)
  await expect(early.locator('main .grid [data-item]')).toHaveCount(24)
  const shown = await listOf(early)
  ranked()

  const late = await open()
  await late.goto('/')
  await settled(late)
  await late
    .getByRole('navigation', { name: 'Departments' })
    .getByRole('link', { name: 'Christmas' })
    .click()
  await expect(late.locator('main .grid [data-item]')).toHaveCount(24)
  expect(await listOf(late)).toEqual(shown)

  // The device's own answer has come meanwhile, and moves nothing.
  await early.getByRole('button', { name: 'What this shop learned' }).click()
  await expect(early.getByRole('button', { name: 'Pause learning' })).toBeVisible()
  expect(await listOf(early)).toEqual(shown)
  await early.context().close()
  await late.context().close()
})
