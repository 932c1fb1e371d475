/**
 * @module `bench start` by catalog size. The benchmark generates the items, and its model has random numbers, with as
 * many neighbours as `pretrain` gives. The benchmark reports the transferred bytes, and the memory of page and worker.
 */
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HEAD, writeCatalog } from '@nearside/core/catalog/catalogLines.ts'
import { writeBaseModel } from '@nearside/core/model/files.ts'
import { highestRows } from '@nearside/core/model/highest.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { publishModel } from '@nearside/train/models/publish.ts'
import type { Browser } from 'playwright'
import { longestTask, TRACED } from '../../scripts/longestTask.ts'
import { benchModel } from './shop.ts'

/** Catalog sizes. A model file may have at most 64 MB, which a million items exceed. */
const SIZES = [10_000, 20_000, 100_000, 200_000]
/**
 * Catalog size for which the benchmark also measures a page whose main thread is slowed down. Chromium can't slow down
 * the worker.
 */
const SLOWED = 20_000
export const SLOWDOWN = 4
const NEIGHBOURS = 48

export interface SizeVisit {
  /** Milliseconds from navigation to the list. */
  readonly list: number
  readonly personal: number
  /** Number of bytes transferred until the list appeared. */
  readonly bytes: number
  /** Memory of page and worker, bytes. */
  readonly memory: number
  /** Milliseconds of our scripts in the longest task of a page that is slowed down; null for a page at full speed. */
  readonly task: number | null
}

/** @param root folder of the site; sizes go to `sizes/N/` */
export async function makeSizes(root: string): Promise<void> {
  for (const size of SIZES) await makeSize(root, size)
}

async function makeSize(root: string, size: number): Promise<void> {
  const folder = join(root, 'sizes', String(size))
  if (existsSync(join(folder, 'models/latest.json'))) return
  await mkdir(folder, { recursive: true })
  const random = createRandom(size)
  const model = benchModel(size)
  const length = size * NEIGHBOURS
  const statistics = {
    ...model.statistics,
    neighboursPerItem: NEIGHBOURS,
    neighbourItems: Uint32Array.from({ length }, () => random.integer(size)),
    neighbourWeights: Float32Array.from({ length }, (_, k) => 0.8 / (1 + (k % NEIGHBOURS))),
  }
  const items = model.itemIds.map((id, i) => ({
    id,
    title: `Thing number ${random.integer(size)}, of kind ${random.integer(500)}`,
    price: random.integer(10_000) / 100,
    category: `Department ${random.integer(40)}`,
    image: `/images/${i}.webp`,
  }))
  const sold = model.statistics.popularity30
  const best = highestRows(sold, HEAD).map((row) => model.itemIds[row])
  await writeFile(join(folder, 'catalog.json'), writeCatalog(items, best))
  await publishModel(join(folder, 'models'), await writeBaseModel({ ...model, statistics }))
}

/** Requests each file once before the visits, because the server's first compression of a file takes seconds. */
async function askOnce(url: string, size: number): Promise<void> {
  const { files } = await fetch(`${url}sizes/${size}/models/1/manifest.json`).then((it) =>
    it.json(),
  )
  const names = (files as { name: string }[]).map(({ name }) => `models/1/${name}`)
  // The browser accepts Brotli from a server on its own machine, so the request asks for this encoding.
  const headers = { 'accept-encoding': 'br' }
  for (const name of ['catalog.json', ...names])
    await fetch(`${url}sizes/${size}/${name}`, { headers }).then((answer) => answer.arrayBuffer())
}

/** @param site `direct` is the origin of the same server without the slow line */
export async function visitSizes(
  browser: Browser,
  site: { readonly url: string; readonly direct: string },
  count: number,
): Promise<ReadonlyMap<number, readonly SizeVisit[]>> {
  const sizes = new Map<number, SizeVisit[]>(SIZES.map((size) => [size, []]))
  for (const [size, visits] of sizes) {
    await askOnce(site.direct, size)
    for (let i = 0; i < count; i++) visits.push(await visitSize(browser, site.url, size))
  }
  return sizes
}

async function visitSize(browser: Browser, url: string, size: number): Promise<SizeVisit> {
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
    const loaded: Promise<number>[] = []
    page.on('requestfinished', (request) => {
      loaded.push(request.sizes().then((it) => it.responseBodySize + it.responseHeadersSize))
    })
    const failed = new Promise<never>((_, reject) => page.on('pageerror', reject))
    const isSlow = size === SLOWED
    if (isSlow) {
      const session = await context.newCDPSession(page)
      await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWDOWN })
      await browser.startTracing(page, { categories: TRACED })
    }
    await page.goto(`${url}catalog.html?size=${size}`, { waitUntil: 'commit' })
    await Promise.race([
      failed,
      page.waitForFunction(() => performance.getEntriesByName('personal-list').length > 0, null, {
        timeout: 600_000,
      }),
    ])
    const task = isSlow ? longestTask(await browser.stopTracing(), new URL(url).origin).ours : null
    const bytes = (await Promise.all(loaded)).reduce((sum, one) => sum + one, 0)
    const marked = await page.evaluate(async () => {
      const { bytes: memory } = await (
        performance as unknown as { measureUserAgentSpecificMemory(): Promise<{ bytes: number }> }
      ).measureUserAgentSpecificMemory()
      return {
        list: performance.getEntriesByName('first-list')[0].startTime,
        personal: performance.getEntriesByName('personal-list')[0].startTime,
        memory,
      }
    })
    return { ...marked, bytes, task }
  } finally {
    await context.close()
  }
}
