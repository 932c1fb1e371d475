/**
 * @module `npm run consumers`: packs both packages, installs the browser's into a copy of each example
 * shop, builds the shop, serves it under a strict Content-Security-Policy and clicks through it in
 * Chromium; installs the tools into an empty folder, asks them, and has them publish and check a page
 * without a bundler. Pictures for looking at go to
 * `screenshots/consumers/`. Ends with "N passed, N failed".
 */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { chromium, type Page } from 'playwright'
import { CHROMIUM_ARGS, requireChromium } from './chromium.ts'
import { createStaticServer } from './static.ts'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const SHOPS = ['vite-react', 'vue', 'html', 'next'] as const
const NAMES = [...SHOPS, 'tools'] as const
type Shop = (typeof SHOPS)[number]
type Name = (typeof NAMES)[number]

const NPM = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', '--loglevel=error']
/** Where the shop's build gives it a name of its own. */
const WORKER_FILE: Partial<Record<Shop, RegExp>> = {
  html: /\/nearside\/worker\.js$/,
  'vite-react': /\/assets\/worker-[^/]+\.js$/,
  vue: /\/assets\/worker-[^/]+\.js$/,
}

/** Google's threshold for "good". @see https://web.dev/articles/cls */
const GOOD_SHIFT = 0.1

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    json: { type: 'string' },
    help: { type: 'boolean' },
  },
})
if (values.help) {
  console.log(`usage: npm run consumers -- [--only ${NAMES.join('|')}] [--json FILE]

--only NAME      this example only
--json FILE      writes the counts`)
  process.exit(0)
}
const chosen = NAMES.filter((name) => values.only === undefined || values.only === name)
if (chosen.length === 0) {
  console.error(`consumers: no example '${values.only}'; there are ${NAMES.join(', ')}`)
  process.exit(2)
}

let passed = 0
let failed = 0
const work = mkdtempSync(join(tmpdir(), 'nearside-consumers-'))
const stops: (() => void)[] = []
process.once('exit', () => {
  for (const stop of stops) stop()
  rmSync(work, { recursive: true, force: true })
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

if (!existsSync(join(ROOT, 'public/catalog/images')))
  run('node', ['--import', 'tsx', 'scripts/images.ts'], ROOT)
const { shop: tarball, tools } = pack()
const browser = await chromium.launch({ executablePath: requireChromium(), args: CHROMIUM_ARGS })
for (const name of chosen) {
  const started = performance.now()
  try {
    if (name === 'tools') await drivePublished(askTools())
    else await drive(name, await serve(name, install(name)))
  } catch (error) {
    report(
      name,
      'is installed, built and served',
      String(error instanceof Error ? error.message : error),
    )
  }
  console.log(`  ${name}: ${((performance.now() - started) / 1000).toFixed(0)} s`)
}
await browser.close()
if (values.json) writeFileSync(values.json, JSON.stringify({ passed, failed }))
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 && passed > 0 ? 0 : 1)

/** Says nothing while all is well; all that a failing command said is printed. */
function run(command: string, args: string[], cwd: string): void {
  const { status, signal, error, stdout } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 900_000,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
  })
  if (status === 0) return
  process.stdout.write(stdout ?? '')
  const why = error?.message ?? signal ?? `exit code ${status}`
  throw new Error(`${[command, ...args].join(' ')}: ${why}`)
}

/** As in a fresh checkout: packing builds what is packed. */
function pack(): { readonly shop: string; readonly tools: string } {
  for (const part of ['lib', 'tools'])
    rmSync(join(ROOT, 'dist', part), { recursive: true, force: true })
  run('npm', ['run', '-s', 'pack'], ROOT)
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const file = (name: string) => join(ROOT, `release/${name}-${version}.tgz`)
  return { shop: file('nearside'), tools: file('nearside-tools') }
}

/** What a shop's import and an auditor run, by the names that the documents use. @returns where they are */
function askTools(): string {
  const folder = join(work, 'tools')
  mkdirSync(folder)
  run('npm', ['init', '-y', '--loglevel=error'], folder)
  // Without its install script SQLite has no binary; no command here opens a store.
  run('npm', ['install', ...NPM, tools], folder)
  report('tools', 'are installed', '')
  const orders = 'order,shopper,time,item\n1,a,2026-01-02,mug\n2,b,2026-01-03,pot\n'
  writeFileSync(join(folder, 'orders.csv'), orders)
  writeFileSync(join(folder, 'catalog.csv'), 'id,title\nmug,Red mug\npot,Tea pot\n')
  const asked: readonly (readonly [string, readonly string[]])[] = [
    ['import', ['--orders', 'orders.csv', '--catalog', 'catalog.csv', '--out', 'shop']],
    ['epsilon', ['--policy', 'demo']],
    ['audit', ['selftest', '--count', '5']],
    ['serve', ['--help']],
  ]
  for (const [command, args] of asked) {
    run('npx', ['--no-install', 'nearside', command, ...args], folder)
    report('tools', `nearside ${command}`, '')
  }
  return folder
}

/** A page of nothing but the snippet that `publish` wrote, on its way from the server to a changed list. */
async function drivePublished(folder: string): Promise<void> {
  const site = join(folder, 'site')
  const nearside = ['--no-install', 'nearside']
  const given = {
    '--model': join(ROOT, 'public/models'),
    '--catalog': join(ROOT, 'public/catalog/catalog.json'),
    '--library': join(ROOT, 'dist/lib'),
    '--out': site,
  }
  run('npx', [...nearside, 'publish', ...Object.entries(given).flat()], folder)
  report('tools', 'nearside publish', '')
  cpSync(join(ROOT, 'public/catalog/images'), join(site, 'catalog/images'), { recursive: true })
  const snippet = readFileSync(join(site, 'page.html'), 'utf8')
  const icon = '<link rel="icon" href="data:,">'
  writeFileSync(join(site, 'index.html'), `<!doctype html><title>Shop</title>${icon}${snippet}`)
  const address = await serveFolder(site)
  const doctor = promisify(execFile)('npx', [...nearside, 'doctor', address], { cwd: folder })
  const found = await doctor.then(
    ({ stdout }) => stdout,
    ({ stdout }: { stdout: string }) => stdout,
  )
  const wrong = found.split('\n').filter((line) => /^(warning|error)/.test(line))
  const looked = found.includes('no errors, 0 warnings') ? '' : wrong.join(' | ') || found
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
  report('tools', 'its page shows at first what the device shows then', same)
  await page.evaluate((id) => {
    const { dataLayer } = globalThis as unknown as { dataLayer: unknown[] }
    dataLayer.push({ event: 'view_item', ecommerce: { items: [{ item_id: id }] } })
  }, first[2])
  await settle(page, (ids) => ids.length === 8 && ids.join() !== first.join())
  const second = await idsOn(page)
  report('tools', 'a dataLayer event changes it', second.join() === first.join() ? 'unchanged' : '')
  const before = panels
  await page.goto(`${address}/?nearside-devtools`)
  await page
    .locator('nearside-devtools')
    .getByText(/recommend .*first answer/)
    .waitFor()
  const loads = before === 0 && panels === 1 ? '' : `${before} times without, ${panels} with`
  report('tools', 'its developer’s panel is loaded only where the address asks for it', loads)
  report('tools', 'nothing in its console', said.join(' | '))
  await context.close()
}

/** A copy of the example with the library in it, as a shop would install it; returns its folder. */
function install(name: Shop): string {
  const folder = join(work, name)
  cpSync(join(ROOT, 'examples', name), folder, {
    recursive: true,
    filter: (path) => !/\/(node_modules|dist|\.next)$/.test(path),
  })
  run('npm', ['ci', ...NPM], folder)
  const before = modulesOf(folder)
  run('npm', ['install', ...NPM, tarball], folder)
  const added = modulesOf(folder).filter((module) => !before.includes(module))
  report(
    name,
    'installs this package and no other',
    added.join() === 'nearside' ? '' : added.join(),
  )
  for (const part of ['catalog', 'models'])
    cpSync(join(ROOT, 'public', part), join(folder, 'public', part), { recursive: true })
  run('npm', ['run', '-s', 'build'], folder)
  return folder
}

function modulesOf(folder: string): string[] {
  const modules = join(folder, 'node_modules')
  return existsSync(modules) ? readdirSync(modules).filter((name) => !name.startsWith('.')) : []
}

/** Resolves with the shop's address. */
async function serve(name: Shop, folder: string): Promise<string> {
  if (name === 'next') return serveNext(folder)
  return serveFolder(join(folder, name === 'html' ? 'public' : 'dist'))
}

async function serveFolder(root: string): Promise<string> {
  const site: Server = createStaticServer({ root, models: join(root, 'models'), federation: null })
  await new Promise<void>((ready) => site.listen(0, 'localhost', ready))
  stops.push(() => site.close())
  return `http://localhost:${(site.address() as AddressInfo).port}`
}

function serveNext(folder: string): Promise<string> {
  const bin = join(folder, 'node_modules/next/dist/bin/next')
  const child: ChildProcess = spawn(process.execPath, [bin, 'start', '--port', '0'], {
    cwd: folder,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  stops.push(() => child.kill('SIGKILL'))
  return new Promise((ready, refuse) => {
    let said = ''
    const late = setTimeout(() => refuse(new Error(`next start said only: ${said}`)), 300_000)
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text
      const address = said.match(/http:\/\/localhost:\d+/)?.[0]
      if (!address || !said.includes('Ready')) return
      clearTimeout(late)
      ready(address)
    })
    child.once('exit', (code) => refuse(new Error(`next start ended with ${code}: ${said}`)))
  })
}

/** `problem` empty: passed. */
function report(name: Name, what: string, problem: string): void {
  if (problem === '') passed++
  else failed++
  console.log(`  ${problem === '' ? '✓' : '✗'} ${name}: ${what}${problem && ` — ${problem}`}`)
}

/** In a profile of its own, with what its console says of faults. */
async function openPage() {
  const context = await browser.newContext()
  const page = await context.newPage()
  const said: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) said.push(message.text())
  })
  page.on('pageerror', (error) => said.push(error.message))
  return { context, page, said }
}

async function drive(name: Shop, address: string): Promise<void> {
  const { context, page, said } = await openPage()
  await page.addInitScript(watchShifts)

  const html = await (await fetch(address)).text()
  const policy = (await fetch(address)).headers.get('content-security-policy') ?? ''
  const strict = /script-src 'self'/.test(policy) && /worker-src 'self'/.test(policy)
  report(name, 'is served under a strict policy', strict ? '' : policy || 'no policy')

  await page.goto(address)
  await settle(page, (ids, status) => ids.length === 8 && status)
  const first = await idsOn(page)
  report(name, 'shows a list', first.length === 8 ? '' : `${first.length} items`)
  if (name === 'next') {
    const sent = [...html.matchAll(/data-item="([^"]+)"/g)].map(([, id]) => id)
    const same = sent.join() === first.join()
    report(
      name,
      'the server renders the list that a new shopper keeps',
      same ? '' : `${sent} ≠ ${first}`,
    )
  }

  await page.locator('[data-item] a').nth(2).click()
  await settle(page, (ids) => ids.length === 8 && ids.join() !== first.join())
  const second = await idsOn(page)
  report(name, 'a click changes the list', second.join() === first.join() ? 'unchanged' : '')

  const engine = page.getByText(/\b(wasm|wgsl|webgpu)\b/i).first()
  const learned = await engine.waitFor({ timeout: 180_000 }).then(
    () => '',
    () => 'no engine was loaded',
  )
  report(name, 'its worker loads an engine and learns', learned)

  await page.reload()
  await settle(page, (ids) => ids.join() === second.join())
  const third = await idsOn(page)
  report(name, 'a reload keeps it', third.join() === second.join() ? '' : `${third} ≠ ${second}`)

  const { total, moved } = await page.evaluate(
    () => (globalThis as unknown as { shifts: Shifts }).shifts,
  )
  const jumped = total < GOOD_SHIFT ? '' : moved.join(', ')
  report(name, `nothing jumps (layout shift ${total.toFixed(3)})`, jumped)
  report(name, 'nothing in the console', said.join(' | '))
  await picture(page, name)
  await context.close()
  if (WORKER_FILE[name]) await driveWithoutWorker(name, address, WORKER_FILE[name])
}

/** A blocker, or a deployment, may take the worker's file away: the page itself serves then. */
async function driveWithoutWorker(name: Shop, address: string, file: RegExp): Promise<void> {
  const context = await browser.newContext()
  let blocked = 0
  await context.route(file, (route) => {
    blocked++
    return route.abort()
  })
  const page = await context.newPage()
  await page.goto(address)
  await settle(page, (ids, status) => ids.length === 8 && status)
  const first = await idsOn(page)
  await page.locator('[data-item] a').nth(2).click()
  await settle(page, (ids) => ids.length === 8 && ids.join() !== first.join())
  const second = await idsOn(page)
  const problem = blocked === 0 ? 'nothing was blocked' : first.length < 8 ? 'no list' : ''
  const unchanged = second.join() === first.join() ? 'a click changes nothing' : ''
  report(name, 'works without its worker’s file', problem || unchanged)
  await context.close()
}

/** For looking at, as it is and mirrored. */
async function picture(page: Page, name: Shop): Promise<void> {
  const path = (direction: string) => join(ROOT, `screenshots/consumers/${name}-${direction}.png`)
  await page.screenshot({ path: path('ltr') })
  await page.evaluate(() => {
    document.documentElement.dir = 'rtl'
  })
  await page.screenshot({ path: path('rtl') })
}

interface Shifts {
  total: number
  moved: string[]
}

interface LayoutShift extends PerformanceEntry {
  readonly value: number
  readonly hadRecentInput: boolean
  readonly sources: readonly {
    readonly node: Node | null
    readonly previousRect: DOMRectReadOnly
    readonly currentRect: DOMRectReadOnly
  }[]
}

/** Runs in the page: sums what moved by itself. @see https://web.dev/articles/cls */
function watchShifts(): void {
  const shifts: Shifts = { total: 0, moved: [] }
  Object.assign(globalThis, { shifts })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as LayoutShift[]) {
      if (entry.hadRecentInput) continue
      shifts.total += entry.value
      for (const { node, previousRect, currentRect } of entry.sources)
        shifts.moved.push(`${node?.nodeName} ${previousRect.y} → ${currentRect.y}`)
    }
  }).observe({ type: 'layout-shift', buffered: true })
}

/** In the order on screen; also inside of shadow roots. */
function idsOn(page: Page): Promise<string[]> {
  return page
    .locator('[data-item]')
    .evaluateAll((cards) => cards.map((card) => card.getAttribute('data-item') ?? ''))
}

/** Waits until it holds; the check after it says whether it ever did. */
async function settle(
  page: Page,
  holds: (ids: string[], personal: boolean) => boolean,
): Promise<void> {
  const until = performance.now() + 120_000
  while (performance.now() < until) {
    const busy = await page.locator('[aria-busy="true"]').count()
    if (holds(await idsOn(page), busy === 0)) return
    await page.waitForTimeout(100)
  }
}
