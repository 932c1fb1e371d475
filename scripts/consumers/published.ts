/** @module Runs the commands that a shop and an auditor use, and tests the page that `publish` wrote. */
import { execFile } from 'node:child_process'
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PICTURES, publishSite } from './packages.ts'
import { idsOn, openPage, search, settle } from './page.ts'
import { serveFolder } from './serving.ts'
import { report, run } from './tally.ts'

/** Content-Security-Policy that requires Trusted Types, and allows only the policy `nearside`. */
const TRUSTED = "require-trusted-types-for 'script'; trusted-types nearside"

/** Runs the command-line tools as the documents say. @param folder where the tools are installed */
export function askTools(folder: string): void {
  const native = existsSync(join(folder, 'node_modules/better-sqlite3'))
  report('tools', 'are installed without SQLite', native ? 'better-sqlite3 is there' : '')
  const orders = 'order,shopper,time,item\n1,a,2026-01-02,mug\n2,b,2026-01-03,pot\n'
  writeFileSync(join(folder, 'orders.csv'), orders)
  writeFileSync(join(folder, 'catalog.csv'), 'id,title\nmug,Red mug\npot,Tea pot\n')
  const asked: readonly (readonly [string, readonly string[]])[] = [
    ['import', ['--orders', 'orders.csv', '--catalog', 'catalog.csv', '--out', 'shop']],
    ['epsilon', ['--policy', 'demo']],
    ['audit', ['selftest', '--count', '5']],
  ]
  for (const [command, args] of asked) {
    run('npx', ['--no-install', 'nearside', command, ...args], folder)
    report('tools', `nearside ${command}`, '')
  }
}

/** Runs `--help` of the servers. @param folder where the servers are installed */
export function askServer(folder: string): void {
  const imports = existsSync(join(folder, 'node_modules/@duckdb'))
  report('server', 'is installed without DuckDB', imports ? '@duckdb is there' : '')
  run('npx', ['--no-install', 'nearside-server', 'serve', '--help'], folder)
  report('server', 'nearside-server serve', '')
}

/** Tests the published page: what the server sends, the first list, and how a click changes it. */
export async function drivePublished(folder: string): Promise<void> {
  const { address, snippet } = await publishedPage(folder, 'site', 'en')
  report('tools', 'nearside publish', '')
  const doctor = promisify(execFile)('npx', ['--no-install', 'nearside', 'doctor', address], {
    cwd: folder,
  })
  const found = await doctor.then(
    ({ stdout }) => stdout,
    ({ stdout }: { stdout: string }) => stdout,
  )
  const wrong = found.split('\n').filter((line) => /^(warning|error)/.test(line))
  const looked = found.includes('no errors, no warnings') ? '' : wrong.join(' | ') || found
  report('tools', 'nearside doctor finds nothing to mend in it', looked)

  const { context, page, said } = await openPage()
  let panels = 0
  page.on('request', (request) => {
    if (request.url().endsWith('/devtools.js')) panels++
  })
  await page.goto(address)
  await settle(page, (ids, status) => ids.length === 8 && status)
  const first = await idsOn(page)
  const sent = [...snippet.matchAll(/href="\/product\/([^"]+)"/g)].map(([, id]) => id)
  const same = sent.join() === first.join() ? '' : `${sent} ≠ ${first}`
  report('tools', 'its page first shows the list that the device shows afterwards', same)
  await push(page, viewed(first[2]))
  await settle(page, (ids) => ids.length === 8 && ids.join() !== first.join())
  const second = await idsOn(page)
  report(
    'tools',
    'a dataLayer event changes the list',
    second.join() === first.join() ? 'unchanged' : '',
  )
  const before = panels
  await page.goto(`${address}/?nearside-devtools`)
  await page
    .locator('nearside-devtools')
    .getByText(/recommend .*first answer/)
    .waitFor()
  const loads = before === 0 && panels === 1 ? '' : `${before} times without, ${panels} with`
  const searched = await search(page, 'Search products', 'mug')
  report('tools', 'its search box finds and narrows', searched)
  report('tools', 'its developer’s panel is loaded only if the page’s address requests it', loads)
  report('tools', 'nothing in its console', said.join(' | '))
  await context.close()
}

/**
 * Tests the page with Google's Consent Mode: lists update at once, nothing is stored before consent or after refusal.
 */
export async function driveConsent(folder: string): Promise<void> {
  const { address } = await publishedPage(folder, 'asking', 'de', ['--consent', 'consent-mode'])
  const { context, page, said } = await openPage()
  const kept = () =>
    page.evaluate(async () => {
      const databases = (await indexedDB.databases()).map(({ name }) => name)
      return [...databases, ...Object.keys(localStorage)].join()
    })
  const consent = (about: string, said: string) =>
    push(page, ['consent', about, { personalization_storage: said }])
  await page.goto(address)
  await consent('default', 'denied')
  const shown = await page.locator('nearside-recommendations a').count()
  report('tools', 'without an answer its page shows a list', shown === 8 ? '' : `${shown}`)
  await settle(page, (ids, status) => ids.length === 8 && status)
  const german = await page.getByText('Ein Bestseller').count()
  report('tools', 'a German page’s list speaks German', german > 0 ? '' : 'no German word')
  report(
    'tools',
    'the search box of a German page speaks German',
    await search(page, 'Artikel suchen', 'mug'),
  )
  const first = await idsOn(page)
  await push(page, viewed(first[2]))
  await settle(page, (ids) => ids.length === 8 && ids.join() !== first.join())
  report('tools', 'a view changes the list, and nothing is stored', await kept())
  await consent('update', 'granted')
  let learned = 0
  for (const until = performance.now() + 60_000; learned === 0 && performance.now() < until; )
    learned = await page.evaluate(storedEvents)
  report('tools', 'a yes stores the view', learned > 0 ? '' : 'no event is stored')
  await consent('update', 'denied')
  let left = learned
  for (const until = performance.now() + 60_000; left > 0 && performance.now() < until; )
    left = await page.evaluate(storedEvents)
  report('tools', 'a no erases the view', left === 0 ? '' : `${left} events are left`)
  report('tools', 'nothing in its console', said.join(' | '))
  await context.close()
}

/** Tests the published page with its lines for `<head>` inserted by a script, as by a tag manager. */
export async function driveTagManager(folder: string): Promise<void> {
  const site = publishSite(folder, 'tagged')
  cpSync(PICTURES, join(site, 'catalog/images'), { recursive: true })
  const snippet = readFileSync(join(site, 'page.html'), 'utf8')
  const body = '<!-- Where the list shall stand -->'
  const [head, list] = snippet.split(body)
  writeFileSync(
    join(site, 'tag.js'),
    `document.head.append(document.createRange().createContextualFragment(${JSON.stringify(head)}))`,
  )
  writeFileSync(
    join(site, 'index.html'),
    `<!doctype html><html lang="en"><title>Shop</title><link rel="icon" href="data:,">${list}<script src="/tag.js"></script>`,
  )
  const { context, page, said } = await openPage()
  await page.goto(await serveFolder(site))
  await settle(page, (ids, status) => ids.length === 8 && status)
  const first = await idsOn(page)
  await push(page, viewed(first[2]))
  await settle(page, (ids) => ids.length === 8 && ids.join() !== first.join())
  const unchanged = (await idsOn(page)).join() === first.join() ? 'unchanged' : ''
  report('tools', 'a script that puts in the head’s part is enough', unchanged)
  report('tools', 'nothing in its console', said.join(' | '))
  await context.close()
}

async function publishedPage(folder: string, name: string, lang: string, more?: readonly string[]) {
  const site = publishSite(folder, name, more)
  cpSync(PICTURES, join(site, 'catalog/images'), { recursive: true })
  const snippet = readFileSync(join(site, 'page.html'), 'utf8')
  const icon = '<link rel="icon" href="data:,">'
  const policy = `<meta http-equiv="Content-Security-Policy" content="${TRUSTED}">`
  writeFileSync(
    join(site, 'index.html'),
    `<!doctype html><html lang="${lang}">${policy}<title>Shop</title>${icon}${snippet}<nearside-search></nearside-search>`,
  )
  return { address: await serveFolder(site), snippet }
}

const viewed = (id: string) => ({ event: 'view_item', ecommerce: { items: [{ item_id: id }] } })

function push(page: Awaited<ReturnType<typeof openPage>>['page'], entry: unknown): Promise<void> {
  return page.evaluate((given) => {
    const shop = globalThis as unknown as { dataLayer?: unknown[] }
    shop.dataLayer ??= []
    // Consent Mode's entries are `arguments` objects, not arrays.
    shop.dataLayer.push(Array.isArray(given) ? { ...given } : given)
  }, entry)
}

/** Runs in the page: counts the events in all of the page's databases. */
async function storedEvents(): Promise<number> {
  let rows = 0
  for (const { name = '' } of await indexedDB.databases()) {
    const database = await new Promise<IDBDatabase>((ready, refuse) => {
      const opening = indexedDB.open(name)
      opening.onsuccess = () => ready(opening.result)
      opening.onerror = () => refuse(opening.error)
    })
    for (const store of [...database.objectStoreNames].filter((one) => one === 'events'))
      rows += await new Promise<number>((ready, refuse) => {
        const counting = database.transaction(store).objectStore(store).count()
        counting.onsuccess = () => ready(counting.result)
        counting.onerror = () => refuse(counting.error)
      })
    database.close()
  }
  return rows
}
