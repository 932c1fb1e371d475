/** @module Builds the pages of the cold-start benchmark with Vite, as a shop builds its pages. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MODEL_FILES } from '@nearside/core/model/parts.ts'
import { build, type Plugin } from 'vite'

export const FIRST_LISTS = ['nearside-wasm', 'tfjs-webgpu', 'tfjs-wasm', 'jax-wasm'] as const

/** Name of one more page, whose personalizer requests catalog and model itself. */
const CATALOG = 'catalog'

/** @param models directory of published models; the pages request every file of the latest model */
export async function buildFirstLists(models: string, outDir: string): Promise<void> {
  const read = (path: string) => JSON.parse(readFileSync(join(models, path), 'utf8'))
  const { version } = read('latest.json') as { version: string }
  const { files } = read(`${version}/manifest.json`) as { files: { name: string }[] }
  const askForModel: Plugin = {
    name: 'ask-for-model',
    transformIndexHtml: () =>
      files.map(({ name }) => ({
        tag: 'link',
        attrs: {
          rel: 'preload',
          as: 'fetch',
          crossorigin: true,
          href: `/models/${version}/${name}`,
        },
        // The page requests the largest file first, over the connection that is already open. It requests the other
        // files after the scripts, because scripts also need time to run.
        injectTo: name === MODEL_FILES.items ? 'head-prepend' : 'body',
      })),
  }
  const root = import.meta.dirname
  // Each page is built alone, because pages of one build would share scripts and fetch code that they don't need.
  for (const name of [...FIRST_LISTS, CATALOG])
    await build({
      root,
      configFile: false,
      logLevel: 'error',
      plugins: name === CATALOG ? [] : [askForModel],
      worker: { format: 'es' },
      build: {
        outDir,
        emptyOutDir: name === FIRST_LISTS[0],
        target: 'es2023',
        modulePreload: { polyfill: false },
        chunkSizeWarningLimit: 10_000,
        rolldownOptions: { input: join(root, `${name}.html`) },
      },
    })
}
