/**
 * @module Tests the example for Shopify. A Liquid engine renders the example's blocks, and the published folder is
 * served at the app proxy's path. The web pixel's code gets events in the form that Shopify documents.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { installOf, PICTURES, publishSite } from './packages.ts'
import { idsOn, openPage, picture, settle } from './page.ts'
import { serveFolder } from './serving.ts'
import { report, run, WORK } from './tally.ts'

const BASE = '/apps/nearside/'

export async function driveShopify(tools: string): Promise<void> {
  const example = installOf('shopify')
  const shop = join(WORK, 'shopify-shop')
  mkdirSync(shop)
  const site = publishSite(tools, join('shopify-shop', BASE), ['--base', BASE])
  cpSync(PICTURES, join(shop, 'catalog/images'), { recursive: true })
  run('npm', ['run', '-s', 'preview', '--', site, join(shop, 'index.html')], example)
  report('shopify', 'its blocks are rendered', '')

  const check = () => spawnSync('npm', ['run', '-s', 'check'], { cwd: example, encoding: 'utf8' })
  const checked = check()
  report('shopify', 'theme-check finds nothing', checked.status === 0 ? '' : checked.stdout)
  const block = join(example, 'extensions/nearside-theme/blocks/recommendations.liquid')
  const text = readFileSync(block, 'utf8')
  writeFileSync(block, text.replace('| escape', '| escpe'))
  const planted = /UnknownFilter/.test(check().stdout) ? '' : 'not found'
  report('shopify', 'theme-check finds a planted fault', planted)

  const { context, page, said } = await openPage()
  // Every page of a Shopify shop has this global variable.
  await page.addInitScript(() => Object.assign(globalThis, { Shopify: {} }))
  await page.goto(await serveFolder(shop))
  await settle(page, (ids, status) => ids.length === 12 && status)
  const first = await idsOn(page)
  report('shopify', 'shows two lists', first.length === 12 ? '' : `${first.length} items`)
  const [library] = readdirSync(join(site, 'nearside'))
  const adapters = `${BASE}nearside/${library}/adapters.js`
  await page.evaluate(tellPixel(adapters, viewed(first[2])))
  const forYou = (ids: readonly string[]) => ids.slice(0, 8).join()
  await settle(page, (ids) => ids.length === 12 && forYou(ids) !== forYou(first))
  const changed = forYou(await idsOn(page)) === forYou(first) ? 'unchanged' : ''
  report('shopify', 'an event that its pixel receives changes the first list', changed)
  const left = await page.evaluate(() => Object.keys(localStorage).join())
  report('shopify', 'no event is left in the storage between pixel and page', left)
  report('shopify', 'nothing in its console', said.join(' | '))
  await picture(page, 'shopify')
  await context.close()
}

/** @see https://shopify.dev/docs/api/web-pixels-api/standard-events/product_viewed */
const viewed = (sku: string) => ({
  id: 'sh-1',
  name: 'product_viewed',
  data: {
    productVariant: {
      id: '41007290548312',
      sku,
      title: 'Default Title',
      price: { amount: 12.5, currencyCode: 'GBP' },
      product: { id: '7000', title: 'Mug', vendor: 'House brand', type: 'Kitchen' },
    },
  },
})

/** The test runs the web pixel's code in the page, because page and pixel use the same storage. */
const tellPixel = (adapters: string, event: { readonly name: string }) => `
  import('${adapters}').then(({ relayShopifyPixel }) => {
    const subscribe = (name, tell) => name === '${event.name}' && tell(${JSON.stringify(event)})
    relayShopifyPixel({ subscribe }, { localStorage }, { id: 'sku' })
  })`
