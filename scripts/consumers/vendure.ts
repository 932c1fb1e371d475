/**
 * @module Tests the example for Vendure against a shop that it starts: the commands read the shop's APIs, a shopper
 * searches, views and buys, changes in the shop reach the open page, and the order reaches the next model.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Item } from '../../src/core/catalog/item.ts'
import type { ImportReport } from '../../src/train/import/importShop.ts'
import { idsOn, openPage, picture, search, settle } from './page.ts'
import { atTheEnd, ROOT, report, run } from './tally.ts'

/** Data that the example's server prints once it is ready. */
interface Ready {
  readonly address: string
  /** Session of the shop's owner. */
  readonly token: string
  /** API key that may only read orders. */
  readonly key: string
}

/** @param example the installed example */
export async function driveVendure(tools: string, example: string): Promise<void> {
  const ready = await start(example)
  report('vendure', 'the shop starts, and has products and orders', '')
  const files = (name: string) => join(example, name)
  const nearside = (...args: string[]) => run('npx', ['--no-install', 'nearside', ...args], tools)
  const readShop = (): ImportReport => {
    const [orders, catalog] = ['admin', 'shop'].map((api) => `${ready.address}/${api}-api`)
    const from = ['--from', 'vendure', '--orders', orders, '--catalog', catalog]
    nearside('import', ...from, '--out', files('shop'))
    return JSON.parse(readFileSync(files('shop/report.json'), 'utf8'))
  }
  const feed = [`${ready.address}/shop-api`, '--from', 'vendure', '--out', files('site')]
  const publish = () =>
    nearside(
      ...['publish', '--model', files('models'), '--shop', files('shop'), '--out', files('site')],
      ...['--base', '/nearside/', '--persist', 'always', '--library', join(ROOT, 'dist/lib')],
    )
  process.env.NEARSIDE_SHOP_TOKEN = ready.key
  const before = readShop()
  const matched = before.match?.items === before.shop.items && before.shop.events > 1000
  report('vendure', 'its products and orders are imported', matched ? '' : JSON.stringify(before))
  nearside('pretrain', '--shop', files('shop'), '--out', files('models'))
  publish()
  nearside('sync', ...feed, '--every', '1')
  publish()

  const stop = watch(tools, ['sync', ...feed, '--every', '1', '--watch'])
  const { context, page, said } = await openPage()
  await page.goto(ready.address)
  await settle(page, (ids, status) => ids.length === 8 && status)
  const first = await idsOn(page)
  report('vendure', 'shows a list', first.length === 8 ? '' : `${first.length} items: ${said}`)
  report('vendure', 'its search box finds', await search(page, 'Search products', 'bag'))
  await page.locator('nearside-recommendations [data-item] a').nth(2).click()
  await page.waitForURL('**/product/*')
  await settle(page, (ids, status) => ids.length === 8 && status && ids.join() !== first.join())
  const viewed = await idsOn(page)
  report('vendure', 'a view changes the list', viewed.join() === first.join() ? 'unchanged' : '')
  await page.getByLabel('E-mail').fill('ada@example.org')
  const bought = await page.getByLabel('Kind').inputValue()
  await page.getByRole('button', { name: 'Buy' }).click()
  const order = page.getByText(/^Order \w+$/)
  await order.waitFor()
  const number = (await order.textContent())?.replace('Order ', '')
  report('vendure', 'the shopper buys', '')
  await picture(page, 'vendure')

  await page.goto(ready.address)
  await settle(page, (ids, status) => ids.length === 8 && status && !ids.includes(bought))
  const [dearer, gone] = await idsOn(page)
  const other = (await idsOn(page)).includes(bought) ? 'is still recommended' : ''
  report('vendure', 'what was bought leaves the list', other)
  const catalog: Item[] = JSON.parse(readFileSync(files('site/catalog.json'), 'utf8'))
  const price = (catalog.find(({ id }) => id === dearer)?.price ?? 0) + 0.07
  await changeShop(ready, { [dearer]: price }, gone)
  const after = readShop()
  const added = after.shop.events - before.shop.events
  report('vendure', 'the order is imported', added === 1 ? '' : `${added} new lines (${number})`)
  const models = files('models')
  nearside('pretrain', '--shop', files('shop'), '--out', models, '--from', models)
  const { version } = JSON.parse(readFileSync(join(models, 'latest.json'), 'utf8'))
  report('vendure', 'and the next model learns from it', version === '2' ? '' : version)
  const card = page.locator(`nearside-recommendations [data-item="${dearer}"]`)
  const asked = card.filter({ hasText: `£${price.toFixed(2)}` })
  const shows = await asked.waitFor({ timeout: 300_000 }).then(
    () => '',
    (error) => String(error),
  )
  report('vendure', 'a price that changes in the shop changes on the open page', shows)
  await settle(page, (ids) => !ids.includes(gone))
  const left = (await idsOn(page)).includes(gone) ? 'is still recommended' : ''
  report('vendure', 'a product that is deleted leaves the open page', left)
  stop()
  report('vendure', 'nothing in its console', said.join(' | '))
  await context.close()
}

function start(example: string): Promise<Ready> {
  const server: ChildProcess = spawn(
    process.execPath,
    ['server.mjs', '0', join(ROOT, 'data/online-retail')],
    {
      cwd: example,
      env: { ...process.env, VENDURE_DISABLE_TELEMETRY: 'true' },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  atTheEnd(() => server.kill('SIGKILL'))
  return new Promise((ready, refuse) => {
    let printed = ''
    server.stdout?.setEncoding('utf8').on('data', (text: string) => {
      printed += text
      const line = /^\{"address".*\}$/m.exec(printed)
      if (line) ready(JSON.parse(line[0]))
    })
    server.once('exit', (code) => refuse(new Error(`Vendure ended with ${code}: ${printed}`)))
  })
}

/** Runs a command until the returned function is called. */
function watch(tools: string, args: readonly string[]): () => void {
  const bin = join(tools, 'node_modules/.bin/nearside')
  const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'ignore', 'inherit'] })
  const stop = () => void child.kill('SIGTERM')
  atTheEnd(stop)
  return stop
}

/** Changes prices and deletes a variant, as the shop's owner. */
async function changeShop(
  { address, token }: Ready,
  prices: Readonly<Record<string, number>>,
  gone: string,
) {
  const admin = async (query: string) => {
    const response = await fetch(`${address}/admin-api`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query }),
    })
    const { errors } = (await response.json()) as { errors?: unknown }
    if (errors) throw new Error(JSON.stringify(errors))
  }
  for (const [id, price] of Object.entries(prices))
    await admin(
      `mutation { updateProductVariants(input: [{ id: "${id}", price: ${Math.round(price * 100)} }]) { id } }`,
    )
  await admin(`mutation { deleteProductVariant(id: "${gone}") { result } }`)
}
