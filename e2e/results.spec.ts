/**
 * @module Tests that results keep the shopper's place: sorting, filters and number of products are in the address, and
 * Back restores them with the scroll position and the focus.
 */
import { expect, type Page, test } from 'playwright/test'
import { comesToRest, openShop } from './shop.ts'

const cards = (page: Page) => page.locator('main .grid [data-item]')
const idsOf = (page: Page) =>
  cards(page).evaluateAll((all) => all.map((card) => card.getAttribute('data-item') ?? ''))
const pricesOf = (page: Page) =>
  cards(page)
    .locator('.card-price')
    .allTextContents()
    .then((texts) => texts.map((text) => Number(/[\d.]+/.exec(text)?.[0])))
const scrolled = (page: Page) => page.evaluate(() => Math.round(scrollY))
const sortBy = (page: Page) => page.getByLabel('Sort by')
const choices = (page: Page) => new URLSearchParams(new URL(page.url()).hash.slice(1))

for (const [where, address] of [
  ['search results', '/search#q=heart'],
  ['a department', '/category/Jewellery%20%26%20Accessories'],
])
  test(`${where}: Back and reload restore sorting, filter, number of products, scroll position and focus`, async ({
    page,
  }) => {
    await page.goto(address)
    await expect(cards(page).first()).toBeVisible()
    await comesToRest(page)
    const relevant = await idsOf(page)
    await page.getByRole('checkbox', { name: /^£1 to £3/ }).check()
    await expect.poll(() => choices(page).getAll('price')).toEqual(['1-3'])
    await sortBy(page).selectOption('cheap')
    expect(choices(page).get('sort')).toBe('cheap')
    await expect.poll(() => idsOf(page)).not.toEqual(relevant)

    const more = page.getByRole('button', { name: /^Show \d+ more of / })
    await more.focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => cards(page).count()).toBeGreaterThan(24)
    await expect(cards(page).nth(24)).toBeFocused()
    expect(choices(page).get('show')).toBe('48')
    await comesToRest(page)
    const [ids, prices] = [await idsOf(page), await pricesOf(page)]
    expect(prices).toHaveLength(ids.length)
    expect(prices).toEqual(prices.toSorted((a, b) => a - b))

    const opened = cards(page).nth(30)
    await opened.evaluate((card) => card.scrollIntoView({ block: 'center', behavior: 'instant' }))
    await comesToRest(page)
    const place = await scrolled(page)
    expect(place).toBeGreaterThan(500)
    // Viewing a product for a second changes the personal ranking, but not a list on screen.
    await opened.click()
    await expect(page.locator('article.product')).toBeVisible()
    await page.waitForTimeout(1200)
    const isRestored = async () => {
      await expect(sortBy(page)).toHaveValue('cheap')
      await expect(page.getByRole('checkbox', { name: /^£1 to £3/ })).toBeChecked()
      await expect.poll(() => scrolled(page)).toBe(place)
    }
    await page.goBack()
    await isRestored()
    await expect.poll(() => idsOf(page)).toEqual(ids)
    await expect(opened).toBeFocused()
    // After a reload, products at the same price may follow the new personal ranking.
    await page.reload()
    await isRestored()
    await expect.poll(() => pricesOf(page)).toEqual(prices)

    // "Back" undoes one choice at a time.
    await page.goBack()
    await expect(sortBy(page)).toHaveValue('')
    await page.goBack()
    await expect(page.getByRole('checkbox', { name: /^£1 to £3/ })).not.toBeChecked()
  })

test('sorted by best match, Back shows the products in the order last shown, even if a product view changed their ranking', async ({
  page,
}) => {
  await page.goto('/search#q=mug')
  await expect(cards(page).first()).toBeVisible()
  await comesToRest(page)
  const ids = await idsOf(page)
  const opened = cards(page).nth(9)
  await opened.scrollIntoViewIfNeeded()
  const place = await scrolled(page)
  await opened.click()
  await expect(page.locator('article.product')).toBeVisible()
  await page.waitForTimeout(1500)
  await page.goBack()
  await expect.poll(() => idsOf(page)).toEqual(ids)
  await expect.poll(() => scrolled(page)).toBe(place)
})

test('choosing a department and then a kind in the tree changes list, counts and address; Back undoes each choice', async ({
  page,
}) => {
  await page.goto('/search#q=red')
  const tree = page.getByRole('group', { name: 'Department' })
  const choice = (name: RegExp) => tree.getByRole('button', { name })
  const shown = page.locator('.facet-count')
  const countOf = async (name: RegExp) =>
    Number(await choice(name).locator('[aria-hidden]').textContent())

  const department = /^Tea, Coffee & Mugs \d/
  const disclosure = tree.getByRole('button', { name: 'Subcategories of Tea, Coffee & Mugs' })
  await expect(disclosure).toHaveAttribute('aria-expanded', 'false')
  const inDepartment = await countOf(department)
  await choice(department).click()
  await expect(shown).toHaveText(`${inDepartment} products`)
  expect(choices(page).getAll('in')).toEqual(['Tea, Coffee & Mugs'])
  await expect(disclosure).toHaveAttribute('aria-expanded', 'true')

  const mugs = await countOf(/^Mugs \d/)
  expect(mugs).toBeLessThan(inDepartment)
  await choice(/^Mugs \d/).press('Enter')
  await expect(shown).toHaveText(`${mugs} products`)
  expect(choices(page).getAll('in')).toEqual(['Tea, Coffee & Mugs > Mugs'])
  await expect(choice(/^Mugs \d/)).toHaveAttribute('aria-pressed', 'true')
  await expect(choice(department)).toHaveAttribute('aria-pressed', 'false')
  for (const title of await cards(page).locator('h3').allTextContents())
    expect(title).toMatch(/mug|beaker/i)

  // After a reload, the tree of departments opens at the kind that the page's address names.
  await page.reload()
  await expect(choice(/^Mugs \d/)).toHaveAttribute('aria-pressed', 'true')
  await page.goBack()
  await expect(shown).toHaveText(`${inDepartment} products`)
  await expect(choice(department)).toHaveAttribute('aria-pressed', 'true')
  await page.goBack()
  await expect(disclosure).toHaveAttribute('aria-expanded', 'false')
  expect(choices(page).has('in')).toBe(false)

  // Another product kind replaces the chosen one, and a second press removes the choice.
  await page.goto('/category/Tea%2C%20Coffee%20%26%20Mugs')
  const kinds = page.getByRole('group', { name: 'Kind' })
  const saucers = kinds.getByRole('button', { name: /^Cups and saucers/ })
  await kinds.getByRole('button', { name: /^Mugs/ }).click()
  await saucers.click()
  expect(choices(page).getAll('in')).toEqual(['Cups and saucers'])
  await saucers.click()
  expect(choices(page).has('in')).toBe(false)
})

test('a search has results even if the worker of the search could not load its script at first', async ({
  browser,
  baseURL,
}) => {
  const context = await browser.newContext({ serviceWorkers: 'block', baseURL })
  const page = await context.newPage()
  let requests = 0
  await page.route('**/searchWorker-*.js', (route) =>
    requests++ === 0 ? route.abort() : route.continue(),
  )
  const failed = page.waitForEvent('requestfailed')
  try {
    await openShop(page)
    await failed
    // The worker's error reaches the page a moment after the request has failed.
    await page.waitForTimeout(500)
    await page.getByRole('combobox', { name: 'Search products' }).fill('heart')
    await page.keyboard.press('Enter')
    await expect(cards(page).first()).toHaveText(/heart/i)
  } finally {
    await context.close()
  }
})
