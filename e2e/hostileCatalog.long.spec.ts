/**
 * @module Tests a hostile catalog. Each product has two pictures with unique addresses, one as an `<img>` in its title.
 * A request for such an address would reveal who sees which product.
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page, test } from 'playwright/test'
import { createStaticServer } from '../scripts/static.ts'
import { forYou, forYouIds, goHome, hasLoaded, keepsShop, openShop } from './shop.ts'
import { closeVaultShops, listen, openVaultShop } from './vault.ts'

test.afterEach(closeVaultShops)

const nameOf = (id: string) => `${encodeURIComponent(id)}.png`

/**
 * Creates a shop whose catalog has picture addresses at `host` for every second product, and at the shop for the other
 * products.
 */
async function hostileShop(host: string): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'nearside-hostile-'))
  await cp('dist/demo', root, { recursive: true })
  const file = join(root, 'catalog/catalog.json')
  const items = JSON.parse(await readFile(file, 'utf8')) as { id: string; title: string }[]
  const changed = items.map((item, at) => ({
    ...item,
    title: `${item.title} <img src="${host}/title/${nameOf(item.id)}">`,
    image: `${at % 2 ? host : ''}/beacon/${nameOf(item.id)}`,
  }))
  // The file has one product per line, because the shop reads the catalog line by line.
  await writeFile(file, `[\n${changed.map((item) => JSON.stringify(item)).join(',\n')}\n]\n`)
  return root
}

/** Loads the pictures of listed products whose address in the catalog is at `host`. @returns these products' ids */
async function showPictures(page: Page, host: string): Promise<string[]> {
  const shown = await forYouIds(page)
  return page.evaluate(
    async ({ shown, host }) => {
      const catalog = await (await fetch('/catalog/catalog.json')).json()
      const items = (catalog as { id: string; image: string }[]).filter(
        ({ id, image }) => shown.includes(id) && image.startsWith(host),
      )
      const tried = items.map(({ image }) => {
        const picture = new Image()
        const end = new Promise((resolve) => {
          picture.onload = resolve
          picture.onerror = resolve
        })
        picture.src = image
        return end
      })
      await Promise.all(tried)
      return items.map(({ id }) => id).sort()
    },
    { shown, host },
  )
}

test('without a content policy, a hostile catalog’s host learns which products are listed; under the shop’s policy it gets no request', async ({
  browser,
}) => {
  const arrived: string[] = []
  const elsewhere = createServer(({ url = '' }, answer) => {
    arrived.push(decodeURIComponent(url.replace(/^\/\w+\/|\.png$/g, '')))
    answer.writeHead(200, { 'access-control-allow-origin': '*' }).end()
  })
  const host = await listen(elsewhere)
  const root = await hostileShop(host)
  const bare = createStaticServer({
    root,
    models: 'public/models',
    federation: null,
    headers: {},
    persist: 'always',
  })
  const context = await browser.newContext()
  const page = await context.newPage()
  try {
    await openShop(page, await listen(bare))
    const seen = await showPictures(page, host)
    expect(seen.length).toBeGreaterThan(2)
    expect([...new Set(arrived)].sort()).toEqual(seen)

    arrived.length = 0
    const { shop, askedOfShop } = await openVaultShop(undefined, root)
    await openShop(page, shop)
    await keepsShop(page)
    expect((await showPictures(page, host)).length).toBeGreaterThan(2)
    await forYou(page).locator('[data-item]').first().click()
    await page.getByRole('button', { name: 'Add to basket' }).first().click()
    await page.getByRole('combobox', { name: 'Search products' }).fill('lantern')
    await page.keyboard.press('Enter')
    await expect(page.locator('main mark').first()).toBeVisible()
    await goHome(page)
    await hasLoaded(page)
    expect(arrived).toEqual([])
    // The shop's own server gets one request for a file with all pictures, without any product's name.
    expect(askedOfShop.filter((line) => /beacon|title/.test(line))).toEqual([])
  } finally {
    await context.close()
    await rm(root, { recursive: true, force: true })
    for (const server of [elsewhere, bare]) {
      server.close()
      server.closeAllConnections()
    }
  }
})
