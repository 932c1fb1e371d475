/**
 * @module Milliseconds per fit of every engine, in one Chromium page:
 * `npx tsx bench/fit.ts [--rounds 5] [--engines js,tfjs-wasm] [--json FILE]`.
 */
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright'
import { createServer } from 'vite'
import { CHROMIUM_ARGS, requireChromium } from '../scripts/chromium.ts'
import type { FitTimes } from './fitPage.ts'

declare global {
  /** Defined by the page. */
  var benchFit: (names: readonly string[], rounds: number) => Promise<FitTimes[]>
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    engines: { type: 'string', default: 'js,tfjs-wasm,tfjs-cpu,tfjs-webgpu' },
    json: { type: 'string' },
  },
})

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

async function measure(): Promise<{ browser: string; times: FitTimes[] }> {
  const server = await createServer({ server: { port: 0 }, logLevel: 'error' })
  await server.listen()
  const browser = await chromium.launch({ executablePath: requireChromium(), args: CHROMIUM_ARGS })
  try {
    const page = await browser.newPage()
    page.on('pageerror', (error) => console.error(error.message))
    await page.goto(`${server.resolvedUrls?.local[0]}bench/fit.html`)
    await page.waitForFunction(() => 'benchFit' in globalThis)
    const times = await page.evaluate(([names, rounds]) => globalThis.benchFit(names, rounds), [
      values.engines.split(','),
      Number(values.rounds),
    ] as const)
    return { browser: browser.version(), times }
  } finally {
    await browser.close()
    await server.close()
  }
}

async function main(): Promise<void> {
  const { browser, times } = await measure()
  console.log(`64 cases × 256 candidates × 88 parameters, 30 steps; Chromium ${browser}`)
  console.table(
    times.map(({ engine, device, load, first, later, error }) => ({
      engine,
      device,
      'load ms': Math.round(load),
      'first fit ms': Math.round(first),
      'median ms': Number(median(later).toFixed(1)),
      'min ms': Number(Math.min(...later).toFixed(1)),
      'max error': Number(error.toPrecision(2)),
    })),
  )
  if (values.json) {
    const environment = { cores: cpus().length, browser: `Chromium ${browser}` }
    writeFileSync(values.json, `${JSON.stringify({ job: 'fit', environment, times }, null, 2)}\n`)
  }
}

await main()
