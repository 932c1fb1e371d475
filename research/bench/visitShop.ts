/**
 * @module Visits the built demo with a cold cache, and measures when the first lists appear and which files were
 * transferred until then.
 */
import type { Browser, Request } from 'playwright'
import type { Line } from './slowLine.ts'

const MODEL_PARTS = ['items', 'statistics', 'encoder', 'shared'].map(
  (name) => `${name}.safetensors`,
)

interface Loaded {
  readonly path: string
  readonly bytes: number
  /** Start of the request, milliseconds after navigation. */
  readonly from: number
  readonly to: number
}

export interface Visit {
  /** Milliseconds from navigation to the first paint, which shows the list for new shoppers from the HTML document. */
  readonly paint: number
  /** Milliseconds from navigation to the device's own "For you" list. */
  readonly list: number
  /** Milliseconds from navigation to the last byte of the base model. */
  readonly model: number
  /** Files in the order in which their loading ended. */
  readonly loaded: readonly Loaded[]
}

/** Runs in the page: marks the time at which the device's own list is in the document. */
function markFirstList(): void {
  const observer = new MutationObserver(() => {
    if (!document.querySelector('.for-you [aria-busy="false"] [data-item]')) return
    observer.disconnect()
    performance.mark('first-list')
  })
  observer.observe(document, { childList: true, attributes: true, subtree: true })
}

export async function visitShop(browser: Browser, url: string): Promise<Visit> {
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
    const note = (request: Request) => {
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
    }
    page.on('requestfinished', note)
    await page.goto(url, { waitUntil: 'commit' })
    await page.waitForFunction(() => performance.getEntriesByName('first-list').length > 0)
    await modelThere
    // Later requests are ignored, because the page may close while their details are read.
    page.off('requestfinished', note)
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

export function describeVisit({ list, model, loaded: all }: Visit, line: Line): string {
  const loaded = all.filter(({ to }) => to <= list)
  const row = (what: string, some: readonly Loaded[]) =>
    `| ${what} | ${(some.reduce((sum, { bytes }) => sum + bytes, 0) / 1000).toFixed(0)} | ${Math.min(...some.map(({ from }) => from)).toFixed(0)} | ${Math.max(...some.map(({ to }) => to)).toFixed(0)} |`
  const bytes = loaded.reduce((sum, file) => sum + file.bytes, 0)
  const carry = (8000 * bytes) / line.bitsPerSecond
  return [
    'The median visit, until its list was there:',
    '',
    '| file | KB | asked at ms | there at ms |',
    '| --- | --- | --- | --- |',
    ...loaded.map((file) => row(file.path, [file])),
    '',
    `${(bytes / 1000).toFixed(0)} KB in ${list.toFixed(0)} ms, of which the line needs ${carry.toFixed(0)} ms to carry them.`,
    `The whole base model, with which a click changes the list, was there at ${model.toFixed(0)} ms.`,
  ].join('\n')
}
