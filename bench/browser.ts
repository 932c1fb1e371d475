/** @module A Chromium with WebGPU on the pages of this folder. */
import { cpus } from 'node:os'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Page } from 'playwright'
import { createServer } from 'vite'
import { CHROMIUM_ARGS, requireChromium } from '../scripts/chromium.ts'
import type { Report } from './report.ts'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))

/** What a page has on `globalThis`. */
export interface BenchPage<T> {
  benchmark(...given: readonly unknown[]): Promise<T>
}

/** Runs the benchmark of `bench/page.html?<name>` and says on what. */
export async function inPage<T extends { readonly adapter: string }>(
  name: string,
  given: readonly unknown[],
  progress: (what: string, done: number, total: number) => void,
): Promise<{ environment: Report['environment']; measured: T }> {
  const server = await createServer({
    configFile: false,
    root: ROOT,
    logLevel: 'error',
    cacheDir: 'node_modules/.vite/bench',
    optimizeDeps: {
      entries: [],
      include: [
        '@jax-js/jax',
        '@tensorflow/tfjs',
        '@tensorflow/tfjs-core',
        '@tensorflow/tfjs-backend-cpu',
        '@tensorflow/tfjs-backend-wasm',
        '@tensorflow/tfjs-backend-webgpu',
        '@tensorflow/tfjs-backend-webgpu/dist/base',
      ],
    },
    // Nothing that happens to the sources may reload the page under measurement.
    // An isolated page has a clock of 5 µs instead of 100 µs.
    server: {
      port: 0,
      hmr: false,
      watch: null,
      headers: {
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
      },
    },
  })
  await server.listen()
  const browser = await chromium.launch({ executablePath: requireChromium(), args: CHROMIUM_ARGS })
  try {
    const page: Page = await browser.newPage()
    page.setDefaultTimeout(0)
    page.on('pageerror', (error) => console.error(error.message))
    await page.exposeFunction('reportProgress', progress)
    await page.goto(`${server.resolvedUrls?.local[0]}bench/page.html?${name}`)
    await page.waitForFunction(() => 'benchmark' in globalThis)
    const measured = await page.evaluate(
      (all) => (globalThis as unknown as BenchPage<T>).benchmark(...all),
      given,
    )
    const environment = {
      cores: cpus().length,
      adapter: measured.adapter,
      browser: `Chromium ${browser.version()}`,
    }
    return { environment, measured }
  } finally {
    await browser.close()
    await server.close()
  }
}
