/** @module Builds the pages of the cold start, as a shop would build its own. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, type Plugin } from 'vite'
import { MODEL_FILES } from '../../src/core/model/parts.ts'

/** Each has a page of its name. */
export const FIRST_LISTS = ['nearside-wasm', 'tfjs-webgpu', 'tfjs-wasm', 'jax-wasm'] as const

/** One page more, which asks for its catalog and model itself. */
const CATALOG = 'catalog'

/** @param models directory of published models: the pages ask for every file of the latest */
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
        // The largest file on the connection that is open already, the others after the scripts, which have
        // more to do.
        injectTo: name === MODEL_FILES.items ? 'head-prepend' : 'body',
      })),
  }
  const root = import.meta.dirname
  // One by one, so that no page shares a script with another and fetches what it does not need.
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
