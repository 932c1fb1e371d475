import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin, type Rolldown } from 'vite'

/** Entries with hooks. */
const CLIENT = new Set(['react', 'react-search', 'console'])

const PEERS = /^react(-dom)?($|\/)/

const WIDGET_PARTS = /src\/ui\/react\/(Button|Fact|download)\.tsx?$/
const WORDS = /src\/(browser\/page\/words|ui\/lists\/itemText)\.ts$/
const ENGINE_PARTS = /src\/engine\/(adam|centre|objective|problem|result)\.ts$/

type ModuleInfo = (id: string) => { readonly importedIds: readonly string[] } | null

/** All modules that source files need before they can run. */
function graphOf(paths: readonly string[], infoOf: ModuleInfo): Set<string> {
  const found = new Set(paths.map((path) => join(import.meta.dirname, 'src', path)))
  for (const id of found) for (const next of infoOf(id)?.importedIds ?? []) found.add(next)
  return found
}

/** Entries of a page's first list, and entries that it may load later. */
const FIRST = ['index', 'element', 'adapters', 'react']
const LATER = ['measure', 'agents', 'consent', 'devtools', 'console']
const SEARCH = ['search', 'react-search']

/**
 * Gathers modules that the worker needs before it can run, in four files: its own, those that the page's first list
 * needs too, and those that a page may need later. In twenty small files, it would take a browser several rounds of
 * requests.
 * @param users entries of which at least one needs the modules; none: the worker alone needs them
 * @param priority a group also takes what its modules import, so the worker's own file comes last
 */
function gathered(
  name: string,
  users: readonly string[],
  priority: number,
): Rolldown.CodeSplittingGroup {
  let device = new Set<string>()
  let page = new Set<string>()
  return {
    debugName: name,
    name(id, context) {
      const infoOf: ModuleInfo = (one) => context.getModuleInfo(one)
      if (device.size === 0) {
        device = graphOf(['browser/worker/serve.ts'], infoOf)
        page = graphOf(
          users.map((entry) => `${entry}.ts`),
          infoOf,
        )
      }
      return device.has(id) && (users.length === 0 || page.has(id)) ? name : null
    },
    priority,
  }
}

/** TensorFlow.js brings two stores for models in every browser. Ours are never saved by it: 2.8 KB. */
export const withoutStores: Plugin = {
  name: 'without-stores',
  load(id) {
    const [, name] = /tfjs-core\/dist\/io\/(indexed_db|local_storage)\.js$/.exec(id) ?? []
    if (!name) return null
    const store = name === 'indexed_db' ? 'IndexedDB' : 'LocalStorage'
    return `export class Browser${store} {}
      Browser${store}.URL_SCHEME = '${store.toLowerCase()}://'
      export class Browser${store}Manager {}
      export const browser${store} = () => null`
  },
}

/**
 * The package's browser entries. `base: './'` and a worker that is a file of its own, because an
 * inline worker fails under the `worker-src 'self'` that careful shops have.
 */
export default defineConfig({
  base: './',
  publicDir: false,
  plugins: [react(), withoutStores],
  build: {
    outDir: 'dist/lib',
    emptyOutDir: false,
    target: 'es2023',
    minify: true,
    cssCodeSplit: false,
    lib: {
      entry: {
        index: 'src/index.ts',
        react: 'src/react.ts',
        worker: 'src/worker.ts',
        console: 'src/console.ts',
        adapters: 'src/adapters.ts',
        element: 'src/element.ts',
        search: 'src/search.ts',
        'react-search': 'src/react-search.ts',
        measure: 'src/measure.ts',
        devtools: 'src/devtools.ts',
        agents: 'src/agents.ts',
        consent: 'src/consent.ts',
        german: 'src/german.ts',
        vault: 'src/vault.ts',
      },
      formats: ['es'],
      cssFileName: 'styles',
    },
    rolldownOptions: {
      external: (id) => PEERS.test(id),
      output: {
        // By itself, a library is left with its spaces: a ninth of the worker, which no bundler sees.
        minify: true,
        // Notes to bundlers stand inside of components only, where there is nothing to leave out.
        comments: { annotation: false },
        // What all engines share is one file, and what panel and console are made of: each by itself,
        // the small parts were a tenth longer.
        codeSplitting: {
          groups: [
            gathered('shared', FIRST, 4),
            gathered('sharedLater', LATER, 3),
            gathered('sharedSearch', SEARCH, 2),
            gathered('device', [], 1),
            { name: 'widgetParts', test: WIDGET_PARTS, priority: 1 },
            { name: 'words', test: WORDS, priority: 1 },
            { name: 'objective', test: ENGINE_PARTS, priority: 1 },
          ],
        },
        // The worker's code, by a name that a page can preload. Not in the worker's own file: where that is
        // blocked, the page loads this.
        chunkFileNames: ({ name }) => (name === 'device' ? 'device.js' : 'chunks/[name]-[hash].js'),
        // A framework with server components must know where the browser's part begins.
        banner: ({ name }) => (CLIENT.has(name) ? "'use client';" : ''),
      },
    },
  },
})
