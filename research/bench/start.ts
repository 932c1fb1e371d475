/**
 * @module `bench start`: time from navigation to the first personal list, with a cold cache in a warm browser, over a
 * line of 9 Mbit/s with round trips of 60 ms. Measures minimal pages of our engine and of the peers (other libraries),
 * and the whole shop. The shop fetches more, and shows the list for new shoppers until the personal list is ready.
 */
import { existsSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { invalidInput } from '@nearside/core/error.ts'
import { describeAdapter } from '@nearside/engine/adapter.ts'
import { type Browser, chromium } from 'playwright'
import { CHROMIUM_ARGS, requireChromium } from '../../scripts/chromium.ts'
import { createStaticServer, type StaticSite } from '../../scripts/static.ts'
import { buildFirstLists, FIRST_LISTS } from './firstList/build.ts'
import { type Report, ratiosOf, resultOf, type Series } from './report.ts'
import { makeSizes, type SizeVisit, SLOWDOWN, visitSizes } from './sizes.ts'
import { type Line, slowLine } from './slowLine.ts'
import { median } from './statistics.ts'
import { describeVisit, type Visit, visitShop } from './visitShop.ts'

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const MODELS = join(ROOT, 'public/models')
const LINE: Line = { bitsPerSecond: 9e6, roundTripMs: 60 }
/** Milliseconds to wait for a list: on a software adapter TensorFlow.js compiles for many seconds. */
const PATIENCE = 120_000
/** Headers that isolate a page from other origins; only then may the page measure its memory. */
const ISOLATED = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
}
/** Maximum number of visits for each catalog size; at the largest size a visit takes a minute. */
const MOST_VISITS = 3

interface FirstList {
  /** Milliseconds from navigation to the list. */
  readonly ms: number
  /** Text of the list's rows, best first. */
  readonly ids: readonly string[]
  /** Number of bytes transferred in all responses until the list appeared. */
  readonly bytes: number
}

export interface StartTimes {
  readonly shop: readonly Visit[]
  readonly bare: ReadonlyMap<string, readonly FirstList[]>
  readonly sizes: ReadonlyMap<number, readonly SizeVisit[]>
}

async function openSlowly(
  site: StaticSite,
): Promise<{ url: string; direct: string; close(): void }> {
  const server = createStaticServer(site)
  // The server has no timeout, which could close a connection while the slow line still carries a large file.
  server.keepAliveTimeout = 0
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  const { port } = server.address() as AddressInfo
  const line = await slowLine(port, LINE)
  return {
    url: `http://localhost:${line.port}/`,
    direct: `http://localhost:${port}/`,
    close() {
      line.close()
      server.close()
      server.closeAllConnections()
    },
  }
}

async function visitBare(browser: Browser, url: string): Promise<FirstList> {
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
    const failed = new Promise<never>((_, reject) => page.on('pageerror', reject))
    await page.goto(url, { waitUntil: 'commit' })
    await Promise.race([
      failed,
      page.waitForFunction(() => performance.getEntriesByName('first-list').length > 0, null, {
        timeout: PATIENCE,
      }),
    ])
    return await page.evaluate(() => {
      const navigation = performance.getEntriesByType('navigation') as PerformanceResourceTiming[]
      const rest = performance.getEntriesByType('resource') as PerformanceResourceTiming[]
      return {
        ms: performance.getEntriesByName('first-list')[0].startTime,
        ids: [...document.querySelectorAll('li')].map((row) => row.textContent ?? ''),
        bytes: [...navigation, ...rest].reduce((sum, it) => sum + it.transferSize, 0),
      }
    })
  } finally {
    await context.close()
  }
}

async function adapterOf(browser: Browser, url: string): Promise<string> {
  const page = await browser.newPage()
  try {
    await page.goto(`${url}nearside-wasm.html`)
    const info = await page.evaluate(async () => {
      const found = (await navigator.gpu?.requestAdapter())?.info
      if (!found) return null
      const { vendor, architecture, device, description, isFallbackAdapter } = found
      return { vendor, architecture, device, description, isFallbackAdapter }
    })
    return info ? describeAdapter({ info } as GPUAdapter) : 'none'
  } finally {
    await page.close()
  }
}

/** @throws Error if an engine's list differs from ours, because its time would then be for different work */
function checkLists(bare: StartTimes['bare']): void {
  const ours = String(bare.get('nearside-wasm')?.[0].ids)
  for (const [engine, lists] of bare)
    for (const { ids } of lists)
      if (String(ids) !== ours) throw new Error(`cold-start: ${engine} has another list: ${ids}`)
}

export async function start(
  blocks: number,
  progress: (done: number, total: number) => void,
): Promise<Report> {
  const root = join(ROOT, 'dist/demo')
  if (!existsSync(join(root, 'index.html')))
    throw invalidInput('bench start needs the built demo: npm run build')
  const pages = join(ROOT, 'dist/bench')
  await buildFirstLists(MODELS, pages)
  await makeSizes(pages)
  const shopSite = await openSlowly({ root, models: MODELS, federation: null, persist: 'always' })
  // These pages are sent without the shop's content security policy, which forbids features that peers may need.
  const site = { root: pages, models: MODELS, federation: null }
  const bareSite = await openSlowly({ ...site, headers: {} })
  const sizeSite = await openSlowly({ ...site, headers: ISOLATED })
  const browser = await chromium.launch({
    executablePath: requireChromium(),
    args: [...CHROMIUM_ARGS, '--enable-blink-features=ForceEagerMeasureMemory'],
  })
  try {
    const shop: Visit[] = []
    const bare = new Map<string, FirstList[]>(FIRST_LISTS.map((engine) => [engine, []]))
    const turns = [
      async () => void shop.push(await visitShop(browser, shopSite.url)),
      ...FIRST_LISTS.map((engine) => async () => {
        bare.get(engine)?.push(await visitBare(browser, `${bareSite.url}${engine}.html`))
      }),
    ]
    // These visits warm up: the browser's start and the first compression of each file are not measured.
    for (const turn of turns) await turn()
    shop.length = 0
    for (const lists of bare.values()) lists.length = 0
    for (let block = 0; block < blocks; block++) {
      for (let i = 0; i < turns.length; i++) await turns[(i + block) % turns.length]()
      progress(block + 1, blocks)
    }
    checkLists(bare)
    const sizes = await visitSizes(browser, sizeSite, Math.min(blocks, MOST_VISITS))
    const environment = {
      cores: cpus().length,
      adapter: await adapterOf(browser, bareSite.url),
      browser: `Chromium ${browser.version()}`,
    }
    return startReport(environment, { shop, bare, sizes })
  } finally {
    await browser.close()
    shopSite.close()
    bareSite.close()
    sizeSite.close()
  }
}

export function startReport(
  environment: Report['environment'],
  { shop, bare, sizes }: StartTimes,
): Report {
  const ofShop = (workload: string, time: (visit: Visit) => number): Series => ({
    workload,
    engine: 'nearside-wasm',
    blocks: shop.map(time),
  })
  const lists = [...bare].map(
    ([engine, seen]): Series => ({
      workload: 'cold-start',
      engine,
      blocks: seen.map(({ ms }) => ms),
    }),
  )
  const thousands = (size: number) => `${size / 1000}k`
  const bySize = [...sizes].flatMap(([size, visits]): Series[] => [
    {
      workload: `first-list-${thousands(size)}`,
      engine: 'nearside-wasm',
      blocks: visits.map((it) => it.list),
    },
    {
      workload: `department-${thousands(size)}`,
      engine: 'nearside-wasm',
      blocks: visits.map((it) => it.department),
    },
    {
      workload: `search-${thousands(size)}`,
      engine: 'nearside-wasm',
      blocks: visits.map((it) => it.search),
    },
    {
      workload: `personal-list-${thousands(size)}`,
      engine: 'nearside-wasm',
      blocks: visits.map((it) => it.personal),
    },
  ])
  const tasks = [...sizes.values()].flat().flatMap(({ task }) => task ?? [])
  const longest = tasks.length > 0 ? median(tasks).toFixed(0) : 'unmeasured'
  const megabytes = (one: readonly number[]) => (median(one) / 1e6).toFixed(1)
  const held = [...sizes].map(([size, visits]) => {
    const [line, memory] = [visits.map((it) => it.bytes), visits.map((it) => it.memory)]
    return `${thousands(size)} ${megabytes(line)} and ${megabytes(memory)}`
  })
  const series = [
    ...lists,
    ...bySize,
    ofShop('cold-start-shop', ({ list }) => list),
    ofShop('cold-start-shop-first-paint', ({ paint }) => paint),
    ofShop('cold-start-shop-whole-model', ({ model }) => model),
  ]
  const middle = median(shop.map(({ list }) => list))
  const typical = [...shop].sort((a, b) => Math.abs(a.list - middle) - Math.abs(b.list - middle))[0]
  const fetched = [...bare].map(
    ([engine, seen]) => `${engine} ${(median(seen.map(({ bytes }) => bytes)) / 1000).toFixed(0)}`,
  )
  return {
    job: 'start',
    environment,
    results: series.map(resultOf),
    ratios: ratiosOf(series),
    notes: [
      `All: cold cache, warm browser, ${shop.length} visits each in turn, 9 Mbit/s shared by all connections and 60 ms.`,
      'cold-start: navigation → the 20 items that the encoder ranks highest after one event, in a bare page that fetches every file of the model and does nothing else; all pages have the same list. tfjs-* and jax-wasm as a user would write it; tfjs-webgpu compiles its kernels on the adapter above.',
      `cold-start, KB over the line: ${fetched.join(', ')}.`,
      `first-list-N, personal-list-N: navigation → lists in a page with nothing but a personalizer, catalog and model of N made-up items: a new shopper's, and the first of the whole model after an event. department-N: from the question for a department of some 2,500 items to its list, search-N: from a search for an unpopular item until the device has it. From 50,000 items on, both need shards. Items: MB over the line and MB that page and worker then hold: ${held.join('; ')}. At 20k the page’s thread is slowed down ${SLOWDOWN} times; our scripts’ longest task there, ms: ${longest}.`,
      'cold-start-shop: navigation → “For you” as the device has made it, in the built demo with all that a shop has; first-paint: everybody’s list, which came with the page.',
      describeVisit(typical, LINE),
    ],
  }
}
