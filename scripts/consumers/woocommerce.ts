/**
 * @module Tests the plugin for WooCommerce in Debian's WordPress, with PHP and MariaDB: its zip is uploaded and
 * activated, the block and the shortcode show lists, and `sync` reads its feed. Stand-ins replace WooCommerce's own
 * functions, because Debian has no WooCommerce. Without WordPress, PHP and MariaDB the test is skipped, with a message.
 */
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { pluginZip } from '../release.ts'
import { PICTURES, publishSite } from './packages.ts'
import { idsOn, openPage, picture, settle } from './page.ts'
import { atTheEnd, ROOT, report, run, WORK } from './tally.ts'

const UPLOADS = '/wp-content/uploads/nearside/'
const WORDPRESS = '/usr/share/wordpress'
const SHOP_PHP = join(ROOT, 'scripts/consumers/wordpress/shop.php')
/** Products that a visitor can't see. */
const UNSEEN = [
  { id: 'draft', status: 'draft' },
  { id: 'private', status: 'private' },
  { id: 'hidden', visibility: 'hidden' },
  { id: 'protected', password: 'open sesame' },
].map((one) => ({ title: one.id, price: 1, ...one }))

export async function driveWooCommerce(tools: string): Promise<void> {
  const needed = [`${WORDPRESS}/wp-load.php`, `${WORDPRESS}/wp-content/themes/twentytwentyfive`]
  const isThere = (program: string) => spawnSync(program, ['--version']).status === 0
  if (!needed.every(existsSync) || !['php', 'mariadbd'].every(isThere)) {
    console.log(
      '  woocommerce: skipped, because WordPress, its theme, MariaDB or PHP is not installed',
    )
    return
  }
  const items = JSON.parse(readFileSync(join(ROOT, 'public/catalog/catalog.json'), 'utf8'))
  const shown: readonly { readonly id: string }[] = items.slice(0, 40)
  const { address, folder, set } = await startWordPress()
  const given = { zip: join(WORK, 'plugin.zip'), items: join(WORK, 'items.json') }
  writeFileSync(given.zip, pluginZip(ROOT))
  writeFileSync(given.items, JSON.stringify([...shown, ...UNSEEN]))
  set('install')
  set('activate', given.zip)
  report('woocommerce', 'its zip is uploaded, and activated only beside WooCommerce', '')
  set('fill', given.items)

  const feed = `${address}/wp-json/nearside/v1/products`
  const first = await fetch(feed)
  const rows = (await first.json()) as readonly { readonly SKU: string; readonly Rating: unknown }[]
  const listed = rows.map(({ SKU, Rating }) => `${SKU} ${Rating}`).sort()
  const expected = shown.map(({ id }) => `${id} 4.5`).sort()
  const other = listed.join() === expected.join() ? '' : listed.join()
  report('woocommerce', 'its feed lists what visitors see, and nothing else', other)
  const again = await fetch(feed, { headers: { 'if-none-match': first.headers.get('etag') ?? '' } })
  report(
    'woocommerce',
    'an unchanged feed is not sent again',
    again.status === 304 ? '' : `${again.status}`,
  )

  const catalog = join(WORK, 'products.json')
  writeFileSync(catalog, JSON.stringify(rows))
  const site = publishSite(tools, join('wordpress', UPLOADS), [
    '--base',
    UPLOADS,
    '--catalog',
    catalog,
  ])
  cpSync(PICTURES, join(folder, 'catalog/images'), { recursive: true })
  await drivePages(address)
  await driveEditor(address)

  set('change', `${shown[0].id},${shown[1].id}`)
  run('npx', ['--no-install', 'nearside', 'sync', feed, '--out', site], tools)
  const live = JSON.parse(readFileSync(join(site, 'live.json'), 'utf8'))
  const [changed] = live.changed
  const isRight =
    live.changed.length === 1 && changed.price === 119.4 && live.gone.join() === shown[1].id
  report(
    'woocommerce',
    'sync reads a price change, with tax as in the shop, and a deletion',
    isRight ? '' : JSON.stringify(live),
  )
  const log = existsSync(join(folder, 'php.log'))
    ? readFileSync(join(folder, 'php.log'), 'utf8')
    : ''
  const faults = log.split('\n').filter((line) => line.includes('/nearside-recommendations/'))
  report('woocommerce', 'PHP has no complaint about the plugin', faults.join(' | '))
}

/** Clicks through the shop as its visitors do. */
async function drivePages(address: string): Promise<void> {
  const told = async (path: string) => toldBy(await (await fetch(address + path)).text())
  const ordered = '/?order-received=77'
  const other = (await told(ordered)).length === 0 ? '' : 'reported without its key'
  report('woocommerce', 'an order is reported only to a page that has its key', other)
  const [order] = await told(`${ordered}&key=wc_order_k`)
  const once = (await told(`${ordered}&key=wc_order_k`)).length === 0
  const bought = once && order?.ecommerce?.items[0]?.quantity === 2
  report('woocommerce', 'an order is reported once', bought ? '' : JSON.stringify(order))
  const [search] = await told(`/?s=${encodeURIComponent('mug </script>')}`)
  const query = search?.search_term === 'mug </script>' ? '' : `${search?.search_term}`
  report('woocommerce', 'a search is reported as it was typed', query)

  const { context, page, said } = await openPage()
  await page.goto(address)
  await settle(page, (ids, status) => ids.length === 6 && status)
  const first = await idsOn(page)
  const heading = await page.getByRole('heading', { name: 'Chosen' }).count()
  const block = first.length === 6 && heading === 1 ? '' : `${first.length} items`
  report('woocommerce', 'the block shows a list with its heading', block)
  await picture(page, 'woocommerce')
  await page.locator('[data-item] a').nth(2).click()
  await page.waitForURL(/\/product\//)
  await settle(page, (ids, status) => ids.length === 4 && status)
  const similar = await idsOn(page)
  const own = similar.includes(first[2]) ? 'lists the product itself' : ''
  report('woocommerce', 'a product’s page shows similar products', own)
  const added = await page.evaluate(() => {
    const form = document.querySelector('form.cart')
    form?.dispatchEvent(new Event('submit', { bubbles: true }))
    return JSON.stringify((globalThis as unknown as { dataLayer: unknown[] }).dataLayer.at(-1))
  })
  const quantity = /"add_to_cart".*"quantity":3/.test(added) ? '' : added
  report('woocommerce', 'a product that goes into the basket is reported', quantity)
  await page.goto(address)
  await settle(page, (ids, status) => ids.length === 6 && status && ids.join() !== first.join())
  const changed = (await idsOn(page)).join() === first.join() ? 'unchanged' : ''
  report('woocommerce', 'the list has changed after both', changed)
  report('woocommerce', 'nothing in its console', said.join(' | '))
  await context.close()
}

/** Opens the page with the block in WordPress' editor, as the shop's owner. */
async function driveEditor(address: string): Promise<void> {
  const { context, page } = await openPage()
  await page.goto(`${address}/wp-login.php`)
  await page.locator('#user_login').fill('owner')
  await page.locator('#user_pass').fill('password')
  await page.locator('#wp-submit').click()
  await page.waitForURL(/wp-admin/)
  const home = (await (await fetch(`${address}/wp-json/wp/v2/pages?slug=home`)).json())[0].id
  await page.goto(`${address}/wp-admin/post.php?post=${home}&action=edit`)
  const shown = await page
    .waitForFunction(
      () => {
        const frame = document.querySelector<HTMLIFrameElement>('iframe[name="editor-canvas"]')
        const canvas = frame?.contentDocument ?? document
        const block = canvas.querySelector('[data-type="nearside/recommendations"]')
        return block?.textContent?.includes('6 × The best for this shopper')
      },
      null,
      { timeout: 120_000 },
    )
    .then(() => '', String)
  report('woocommerce', 'the editor shows the block and what it will list', shown)
  await picture(page, 'woocommerce-editor')
  await context.close()
}

/** Starts MariaDB and WordPress, each in its own folder. The returned `set` runs a step of `shop.php`. */
async function startWordPress() {
  const [folder, data, socket] = ['wordpress', 'mariadb', 'mariadb.sock'].map((name) =>
    join(WORK, name),
  )
  mkdirSync(folder)
  const user = process.getuid?.() === 0 ? ['--user=root'] : []
  const own = ['--no-defaults', ...user, `--datadir=${data}`]
  run(
    'mariadb-install-db',
    [...own, '--auth-root-authentication-method=normal', '--skip-test-db'],
    WORK,
  )
  start('mariadbd', [...own, `--socket=${socket}`, '--skip-networking'])
  const owner = ['--no-defaults', `--socket=${socket}`, '--user=root']
  run('mariadb-admin', [...owner, '--wait=300', '--silent', 'create', 'shop'], WORK)

  cpSync(WORDPRESS, folder, { recursive: true, dereference: true })
  const standIn = join(folder, 'wp-content/plugins/woocommerce')
  mkdirSync(standIn)
  cpSync(
    join(ROOT, 'scripts/consumers/wordpress/woocommerce.php'),
    join(standIn, 'woocommerce.php'),
  )
  const settings = {
    ...{ DB_NAME: 'shop', DB_USER: 'root', DB_PASSWORD: '', DB_HOST: `localhost:${socket}` },
    ...{ DB_CHARSET: 'utf8mb4', FS_METHOD: 'direct', DISABLE_WP_CRON: true },
    ...{ WP_HTTP_BLOCK_EXTERNAL: true, WP_DEBUG: true, WP_DEBUG_DISPLAY: false },
    WP_DEBUG_LOG: join(folder, 'php.log'),
  }
  const lines = Object.entries(settings).map(
    ([name, value]) => `define('${name}', ${typeof value === 'string' ? `'${value}'` : value});`,
  )
  const end = `defined('ABSPATH') || define('ABSPATH', __DIR__ . '/');\n$table_prefix = 'wp_';\nrequire_once ABSPATH . 'wp-settings.php';\n`
  writeFileSync(join(folder, 'wp-config.php'), `<?php\n${lines.join('\n')}\n${end}`)

  const address = `http://localhost:${await freePort()}`
  start('php', ['-S', address.slice('http://'.length), '-t', folder], {
    PHP_CLI_SERVER_WORKERS: '4',
  })
  const set = (step: string, file = '') =>
    void run('php', ['-d', 'display_errors=0', SHOP_PHP, folder, address, step, file], WORK)
  return { address, folder, set }
}

/** Starts a program, and kills it after the last check. */
function start(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
) {
  const child = spawn(program, args, { stdio: 'ignore', env: { ...process.env, ...env } })
  atTheEnd(() => child.kill('SIGKILL'))
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((ready) => server.listen(0, 'localhost', ready))
  const { port } = server.address() as { readonly port: number }
  await new Promise((closed) => server.close(closed))
  return port
}

interface Told {
  readonly search_term?: string
  readonly ecommerce?: { readonly items: readonly { readonly quantity: number }[] }
}

/** Events that the plugin wrote into the page's data block. */
function toldBy(html: string): Told[] {
  return JSON.parse(/id="nearside-events">(.*?)<\/script>/.exec(html)?.[1] ?? 'null')
}
