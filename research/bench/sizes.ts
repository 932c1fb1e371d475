/**
 * @module `bench start` for several catalog sizes, with generated items and a random model. Each item has as many
 * co-occurring items as `pretrain` stores. The report has the transferred bytes, and the memory of page and worker.
 */
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HEAD, writeCatalog } from '@nearside/core/catalog/catalogLines.ts'
import { groupBy } from '@nearside/core/groupBy.ts'
import { DIMENSION } from '@nearside/core/model/baseModel.ts'
import { writeBaseModel } from '@nearside/core/model/files.ts'
import { highestRows, ranksOfAll } from '@nearside/core/model/highest.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { publishModel } from '@nearside/train/models/publish.ts'
import { readLatest, readModel, readTail } from '@nearside/train/models/read.ts'
import { linesFolder, splitRows, tailTexts } from '@nearside/train/models/splitRows.ts'
import type { Browser } from 'playwright'
import { longestTask, TRACED } from '../../scripts/longestTask.ts'
import { benchModel } from './shop.ts'

/** Catalog sizes; from 50,000 items on, a device downloads the most popular 20,000 first. */
const SIZES = [10_000, 20_000, 100_000, 1_000_000]
/** Catalog size for which a page with a slowed main thread is measured, too. Chromium can't slow down the worker. */
const SLOWED = 20_000
export const SLOWDOWN = 4
const NEIGHBOURS = 48
/** Number of items of a department on average. */
const DEPARTMENT = 2500

export interface SizeVisit {
  /** Milliseconds from navigation to the first list. */
  readonly list: number
  readonly personal: number
  /** Milliseconds from the request for a department's list to this list. */
  readonly department: number
  readonly departmentItems: number
  /** Milliseconds from a search for an unpopular item until the device has downloaded the item. */
  readonly search: number
  /** Number of bytes transferred until the list appeared. */
  readonly bytes: number
  /** Memory of page and worker, bytes. */
  readonly memory: number
  /** Milliseconds of our scripts in the page's longest task, on a slowed-down CPU; null at full speed. */
  readonly task: number | null
}

/** @param root folder of the site; the shop with N items goes to `sizes/N/` */
export async function makeSizes(root: string): Promise<void> {
  for (const size of SIZES) await makeSize(root, size)
}

async function makeSize(root: string, size: number): Promise<void> {
  const folder = join(root, 'sizes', String(size))
  if (existsSync(join(folder, 'models/latest.json'))) return
  await mkdir(folder, { recursive: true })
  const random = createRandom(size)
  const { content, ...made } = benchModel(size)
  const departments = Array.from({ length: size / DEPARTMENT }, (_, n) => `Department ${n}`)
  const categories = ['', ...departments]
  const categoryVectors = new Float32Array(categories.length * DIMENSION)
  const model = {
    ...made,
    ...(content && { content: { ...content, categories, categoryVectors } }),
  }
  model.statistics.category.forEach((_, i, all) => {
    all[i] = 1 + random.integer(departments.length)
  })
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
    category: model.content?.categories[model.statistics.category[i]],
    image: `/images/${i}.webp`,
  }))
  const sold = model.statistics.popularity30
  const best = highestRows(sold, HEAD).map((row) => model.itemIds[row])
  // The visit searches for the title of the least popular item whose number occurs in exactly three other titles.
  const numbers = items.map(({ title }) => title.split(/\W/)[2])
  const counts = groupBy([...numbers.keys()], (i) => numbers[i])
  const rare = ranksOfAll(sold)
  const asked = [...counts.values()].filter((rows) => rows.length === 4).flat()
  const [last] = asked.sort((a, b) => rare[b] - rare[a])
  const { id, title } = items[last ?? 0]
  await writeFile(join(folder, 'asked.json'), JSON.stringify({ id, title }))
  const models = join(folder, 'models')
  await publishModel(models, await writeBaseModel({ ...model, statistics }))
  const found = await readLatest(models)
  const tail = await readTail(found)
  const { itemIds } = tail ? await readModel(models) : model
  const split = tail && splitRows(items, itemIds, found.manifest.items, tail.index)
  await writeFile(join(folder, 'catalog.json'), writeCatalog(split?.head ?? items, best))
  if (!split) return
  const lines = join(models, linesFolder(found.manifest.tail?.folder ?? ''))
  await mkdir(lines)
  for (const [name, text] of tailTexts(split)) await writeFile(join(lines, name), text)
}

/** Requests each file once before the visits, because the first request waits seconds for the file's compression. */
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

/** @param site `url` is the server's address through the slow line, `direct` its address without the line */
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
      page.waitForFunction(() => performance.getEntriesByName('search').length > 0, null, {
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
        department: performance.getEntriesByName('department')[0].duration,
        search: performance.getEntriesByName('search')[0].duration,
        departmentItems: document.querySelectorAll('li').length,
        memory,
      }
    })
    return { ...marked, bytes, task }
  } finally {
    await context.close()
  }
}
