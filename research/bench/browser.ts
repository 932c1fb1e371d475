/** @module Opens this folder's benchmark pages in Chromium with WebGPU. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sha256Hex } from '@nearside/core/bytes.ts'
import { manifestBytes, writeBaseModel } from '@nearside/core/model/files.ts'
import { chromium, type Page } from 'playwright'
import { createServer } from 'vite'
import { CHROMIUM_ARGS, requireChromium } from '../../scripts/chromium.ts'
import { type Measured, reportOf } from './measured.ts'
import type { Report } from './report.ts'
import { benchModel } from './shop.ts'

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

export type Progress = (what: string, done: number, total: number) => void

/**
 * Publishes a generated model as the command `pretrain` publishes a trained one. @returns its directory, relative to
 * the root of the checkout
 */
async function publishModel(items: number): Promise<string> {
  const { manifest, files } = await writeBaseModel(benchModel(items))
  const bytes = manifestBytes(manifest)
  const directory = join(ROOT, 'var/bench/models')
  mkdirSync(join(directory, manifest.version), { recursive: true })
  for (const [name, file] of [['manifest.json', bytes] as const, ...files])
    writeFileSync(join(directory, manifest.version, name), file)
  const latest = { version: manifest.version, manifest: await sha256Hex(bytes) }
  writeFileSync(join(directory, 'latest.json'), JSON.stringify(latest))
  return '/var/bench/models/'
}

/**
 * Runs `bench/<job>Page.ts` in a page. The page gets a number of blocks (groups of runs) and a model of 10,000 items.
 * @param most number of items of the largest table that the page measures
 */
export async function inPage(
  job: string,
  blocks: number,
  progress: Progress,
  most = Number.POSITIVE_INFINITY,
): Promise<Report> {
  const models = await publishModel(10_000)
  const server = await createServer({
    configFile: false,
    root: ROOT,
    logLevel: 'error',
    cacheDir: 'node_modules/.vite/bench',
    worker: { format: 'es' },
    optimizeDeps: {
      entries: [],
      include: [
        '@jax-js/jax',
        '@tensorflow/tfjs',
        '@tensorflow/tfjs-core',
        '@tensorflow/tfjs-backend-wasm',
        '@tensorflow/tfjs-backend-webgpu',
        '@tensorflow/tfjs-backend-webgpu/dist/base',
        'idb',
        'numpy-ts/core',
      ],
    },
    // Without `hmr`, the page doesn't reload during a measurement if somebody changes the sources. The headers isolate
    // the page, whose clock then has a resolution of 5 µs instead of 100 µs.
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
    await page.goto(`${server.resolvedUrls?.local[0]}research/bench/page.html?${job}`)
    await page.waitForFunction(() => 'benchmark' in globalThis)
    const measured = await page.evaluate(
      ([count, url, items]) =>
        (
          globalThis as unknown as {
            benchmark(blocks: number, models: string, most: number): Promise<Measured>
          }
        ).benchmark(count, url, items),
      [blocks, models, most] as const,
    )
    const environment = {
      cores: cpus().length,
      adapter: measured.adapter,
      browser: `Chromium ${browser.version()}`,
    }
    return reportOf(job, environment, measured)
  } finally {
    await browser.close()
    await server.close()
  }
}
