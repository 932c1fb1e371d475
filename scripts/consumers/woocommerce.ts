/**
 * @module Tests the example for WooCommerce. The plugin makes the pages, with stand-ins for the WordPress functions
 * that it calls. Without PHP the test is skipped, with a message.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PICTURES, publishSite } from './packages.ts'
import { idsOn, openPage, picture, settle } from './page.ts'
import { serveFolder } from './serving.ts'
import { ROOT, report, run, WORK } from './tally.ts'

const BASE = '/wp-content/uploads/nearside/'
const PLUGIN = 'nearside-recommendations'

export async function driveWooCommerce(tools: string): Promise<void> {
  if (spawnSync('php', ['--version']).status !== 0) {
    console.log('  woocommerce: skipped, because PHP is not installed')
    return
  }
  const example = join(ROOT, 'examples/woocommerce')
  const shop = join(WORK, 'woocommerce-shop')
  mkdirSync(shop)
  const site = publishSite(tools, join('woocommerce-shop', BASE), ['--base', BASE])
  cpSync(join(example, PLUGIN), join(shop, 'wp-content/plugins', PLUGIN), { recursive: true })
  cpSync(PICTURES, join(shop, 'catalog/images'), { recursive: true })
  run('php', ['-d', 'error_reporting=-1', join(example, 'preview.php'), site, shop], shop)
  report('woocommerce', 'its plugin makes pages', '')
  const told = (name: string) => toldBy(readFileSync(join(shop, `${name}.html`), 'utf8'))
  const bought = told('order')[0]?.ecommerce?.items
  const once = bought?.length === 1 && bought[0].quantity === 2 && told('order-again').length === 0
  report('woocommerce', 'an order is reported once', once ? '' : JSON.stringify(bought))
  const other = told('other-order').length === 0 ? '' : 'reported without its key'
  report('woocommerce', 'an order is reported only to a page that has its key', other)
  const searched = told('s')[0]?.search_term
  const query = searched === 'mug </script>' ? '' : `${searched}`
  report('woocommerce', 'a search is reported as it was typed', query)

  const address = await serveFolder(shop)
  const { context, page, said } = await openPage()
  await page.goto(address)
  await settle(page, (ids, status) => ids.length === 8 && status)
  const first = await idsOn(page)
  report('woocommerce', 'shows a list', first.length === 8 ? '' : `${first.length} items`)
  await page.goto(`${address}/p`)
  await settle(
    page,
    (ids, status) => ids.length >= 8 && status && ids.slice(0, 8).join() !== first.join(),
  )
  const viewed = await idsOn(page)
  const changed = viewed.slice(0, 8).join() === first.join() ? 'unchanged' : ''
  report(
    'woocommerce',
    'a product’s page changes the list, and shows similar products',
    changed || (viewed.length === 12 ? '' : `${viewed.length} items`),
  )
  const added = await page.evaluate(() => {
    document.querySelector('form')?.dispatchEvent(new Event('submit', { bubbles: true }))
    return JSON.stringify((globalThis as unknown as { dataLayer: unknown[] }).dataLayer.at(-1))
  })
  const quantity = /"add_to_cart".*"quantity":3/.test(added) ? '' : added
  report('woocommerce', 'a product that goes into the basket is reported', quantity)
  report('woocommerce', 'nothing in its console', said.join(' | '))
  await picture(page, 'woocommerce')
  await context.close()
}

interface Told {
  readonly search_term?: string
  readonly ecommerce?: { readonly items: readonly { readonly quantity: number }[] }
}

/** Events that the plugin wrote into the page's data block. */
function toldBy(html: string): Told[] {
  return JSON.parse(/id="nearside-events">(.*?)<\/script>/.exec(html)?.[1] ?? 'null')
}
