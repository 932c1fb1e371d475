/**
 * @module `bench start`: from navigation to the first personal list, with a cold cache in a warm
 * browser, over a line of 9 Mbit/s and 60 ms: bare pages that do nothing else, ours and the peers', and
 * the whole shop, which has more to fetch and shows everybody's list meanwhile.
 */
import { existsSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium } from 'playwright'
import { CHROMIUM_ARGS, requireChromium } from '../scripts/chromium.ts'
import { createStaticServer, type StaticSite } from '../scripts/static.ts'
import { NearsideError } from '../src/core/error.ts'
import { describeAdapter } from '../src/engine/adapter.ts'
import { buildFirstLists, FIRST_LISTS } from './firstList/build.ts'
import { type Report, ratiosOf, resultOf, type Series } from './report.ts'
import { type Line, slowLine } from './slowLine.ts'
import { median } from './statistics.ts'
import { describeVisit, type Visit, visitShop } from './visitShop.ts'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const MODELS = join(ROOT, 'public/models')
const LINE: Line = { bitsPerSecond: 9e6, roundTripMs: 60 }
/** TensorFlow.js compiles for seconds on a software adapter. */
const PATIENCE = 120_000

interface FirstList {
  /** Milliseconds from navigation. */
  readonly ms: number
  /** Item rows, best first. */
  readonly ids: readonly string[]
  /** Of everything that was fetched until then, as it came over the line. */
  readonly bytes: number
}

export interface StartTimes {
  readonly shop: readonly Visit[]
  readonly bare: ReadonlyMap<string, readonly FirstList[]>
}

async function openSlowly(site: StaticSite): Promise<{ url: string; close(): void }> {
  const server = createStaticServer(site)
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  const line = await slowLine((server.address() as AddressInfo).port, LINE)
  return {
    url: `http://localhost:${line.port}/`,
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

/** @throws Error where a page ranks otherwise than ours: it did another job */
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
    throw new NearsideError('input-invalid', 'bench start measures the built demo: npm run build')
  const pages = join(ROOT, 'dist/bench')
  await buildFirstLists(MODELS, pages)
  const shopSite = await openSlowly({ root, models: MODELS, federation: null })
  // Without the shop's policy, which forbids what peers may need.
  const bareSite = await openSlowly({ root: pages, models: MODELS, federation: null, headers: {} })
  const browser = await chromium.launch({ executablePath: requireChromium(), args: CHROMIUM_ARGS })
  try {
    const shop: Visit[] = []
    const bare = new Map<string, FirstList[]>(FIRST_LISTS.map((engine) => [engine, []]))
    const turns = [
      async () => void shop.push(await visitShop(browser, shopSite.url)),
      ...FIRST_LISTS.map((engine) => async () => {
        bare.get(engine)?.push(await visitBare(browser, `${bareSite.url}${engine}.html`))
      }),
    ]
    // The browser's own start is no part of it, nor is compressing a file for the first time.
    for (const turn of turns) await turn()
    shop.length = 0
    for (const lists of bare.values()) lists.length = 0
    for (let block = 0; block < blocks; block++) {
      for (let i = 0; i < turns.length; i++) await turns[(i + block) % turns.length]()
      progress(block + 1, blocks)
    }
    checkLists(bare)
    const environment = {
      cores: cpus().length,
      adapter: await adapterOf(browser, bareSite.url),
      browser: `Chromium ${browser.version()}`,
    }
    return startReport(environment, { shop, bare })
  } finally {
    await browser.close()
    shopSite.close()
    bareSite.close()
  }
}

export function startReport(
  environment: Report['environment'],
  { shop, bare }: StartTimes,
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
  const series = [
    ...lists,
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
      'cold-start-shop: navigation → “For you” as the device has made it, in the built demo with all that a shop has; first-paint: everybody’s list, which came with the page.',
      describeVisit(typical, LINE),
    ],
  }
}
