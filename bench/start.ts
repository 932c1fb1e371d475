/**
 * @module `bench start`: from navigation to the first list of the built demo, as it came with the page
 * and as the device has made it, with a cold cache in a warm browser, over a line of 9 Mbit/s and 60 ms.
 */
import { existsSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium } from 'playwright'
import { CHROMIUM_ARGS, requireChromium } from '../scripts/chromium.ts'
import { createStaticServer } from '../scripts/static.ts'
import { NearsideError } from '../src/protocol/error.ts'
import { type Report, resultOf } from './report.ts'
import { type Line, slowLine } from './slowLine.ts'
import { median } from './statistics.ts'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const LINE: Line = { bitsPerSecond: 9e6, roundTripMs: 60 }

const MODEL_PARTS = ['items', 'statistics', 'encoder', 'shared'].map(
  (name) => `${name}.safetensors`,
)

interface Loaded {
  readonly path: string
  readonly bytes: number
  /** Milliseconds after navigation. */
  readonly from: number
  readonly to: number
}

interface Visit {
  /** Milliseconds from navigation to the first paint: everybody's list, which came with the page. */
  readonly paint: number
  /** Milliseconds from navigation to the device's own answer to "For you". */
  readonly list: number
  /** Milliseconds from navigation until the last byte of the base model was there. */
  readonly model: number
  /** In order of its end. */
  readonly loaded: readonly Loaded[]
}

/** Marks the moment, inside the page, at which the list that the device made stands in the document. */
function markFirstList(): void {
  const observer = new MutationObserver(() => {
    if (!document.querySelector('.for-you [aria-busy="false"] [data-item]')) return
    observer.disconnect()
    performance.mark('first-list')
  })
  observer.observe(document, { childList: true, attributes: true, subtree: true })
}

async function visit(browser: Browser, url: string): Promise<Visit> {
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
    const last = new Set(MODEL_PARTS)
    const modelThere = page.waitForEvent('requestfinished', (request) => {
      last.delete(new URL(request.url()).pathname.split('/').at(-1) ?? '')
      return last.size === 0
    })
    await page.addInitScript(markFirstList)
    const loaded: Promise<Loaded & { readonly start: number }>[] = []
    page.on('requestfinished', (request) => {
      const { startTime, responseEnd } = request.timing()
      loaded.push(
        request.sizes().then(({ responseBodySize, responseHeadersSize }) => ({
          path: new URL(request.url()).pathname,
          bytes: responseBodySize + responseHeadersSize,
          start: startTime,
          from: 0,
          to: responseEnd,
        })),
      )
    })
    await page.goto(url, { waitUntil: 'commit' })
    await page.waitForFunction(() => performance.getEntriesByName('first-list').length > 0)
    await modelThere
    const { paint, list, origin } = await page.evaluate(() => ({
      paint: performance.getEntriesByName('first-contentful-paint')[0].startTime,
      list: performance.getEntriesByName('first-list')[0].startTime,
      origin: performance.timeOrigin,
    }))
    const all = (await Promise.all(loaded)).map(({ start, to, ...rest }) => ({
      ...rest,
      from: start - origin,
      to: start - origin + to,
    }))
    const model = Math.max(
      ...all.filter(({ path }) => path.includes('/models/')).map(({ to }) => to),
    )
    return { paint, list, model, loaded: all.sort((a, b) => a.to - b.to) }
  } finally {
    await context.close()
  }
}

/** The visit that took the median time, file by file; pictures together. */
function describe({ list, model, loaded: all }: Visit): string {
  const loaded = all.filter(({ to }) => to <= list)
  const pictures = loaded.filter(({ path }) => path.startsWith('/catalog/images/'))
  const files = loaded.filter((file) => !pictures.includes(file))
  const line = (what: string, some: readonly Loaded[]) =>
    `| ${what} | ${(some.reduce((sum, { bytes }) => sum + bytes, 0) / 1000).toFixed(0)} | ${Math.min(...some.map(({ from }) => from)).toFixed(0)} | ${Math.max(...some.map(({ to }) => to)).toFixed(0)} |`
  const bytes = loaded.reduce((sum, file) => sum + file.bytes, 0)
  const carry = (8000 * bytes) / LINE.bitsPerSecond
  return [
    'The median visit, until its list was there:',
    '',
    '| file | KB | asked at ms | there at ms |',
    '| --- | --- | --- | --- |',
    ...files.map((file) => line(file.path, [file])),
    ...(pictures.length > 0 ? [line(`${pictures.length} pictures`, pictures)] : []),
    '',
    `${(bytes / 1000).toFixed(0)} KB in ${list.toFixed(0)} ms, of which the line needs ${carry.toFixed(0)} ms to carry them.`,
    `The whole base model, with which a click changes the list, was there at ${model.toFixed(0)} ms.`,
  ].join('\n')
}

export async function start(
  visits: number,
  progress: (done: number, total: number) => void,
): Promise<Report> {
  const root = join(ROOT, 'dist/demo')
  if (!existsSync(join(root, 'index.html')))
    throw new NearsideError('input-invalid', 'bench start measures the built demo: npm run build')
  const site = createStaticServer({ root, models: join(ROOT, 'public/models'), federation: null })
  await new Promise<void>((resolve) => site.listen(0, 'localhost', resolve))
  const line = await slowLine((site.address() as AddressInfo).port, LINE)
  const browser = await chromium.launch({ executablePath: requireChromium(), args: CHROMIUM_ARGS })
  try {
    const url = `http://localhost:${line.port}/`
    // The browser's own start is no part of it.
    await visit(browser, url)
    const seen: Visit[] = []
    for (let i = 0; i < visits; i++) {
      seen.push(await visit(browser, url))
      progress(i + 1, visits)
    }
    const times = seen.map(({ list }) => list)
    const middle = median(times)
    const typical = [...seen].sort(
      (a, b) => Math.abs(a.list - middle) - Math.abs(b.list - middle),
    )[0]
    return {
      job: 'start',
      environment: {
        cores: cpus().length,
        adapter: 'none: the first list is made on the CPU',
        browser: `Chromium ${browser.version()}`,
      },
      results: [
        resultOf({ workload: 'cold-start', engine: 'nearside-wasm', blocks: times }),
        resultOf({
          workload: 'cold-start-first-paint',
          engine: 'nearside-wasm',
          blocks: seen.map(({ paint }) => paint),
        }),
        resultOf({
          workload: 'cold-start-whole-model',
          engine: 'nearside-wasm',
          blocks: seen.map(({ model }) => model),
        }),
      ],
      ratios: [],
      notes: [
        `cold-start: navigation → “For you” as the device has made it, built demo, cold cache, warm browser, ${visits} visits, 9 Mbit/s shared by all connections and 60 ms.`,
        describe(typical),
      ],
    }
  } finally {
    await browser.close()
    line.close()
    site.close()
    site.closeAllConnections()
  }
}
