import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin, type Rollup } from 'vite'
import { integrity } from './scripts/integrity.ts'

/** What the page needs soon is asked for with the page, not after the script before it has run. */
const SOON = /^assets\/(worker|shop|main|react-dom)-[^/]+\.js$/
/** Its links are marked: a server whose shop has a vault drops them (`scripts/static.ts`). */
const WORKER = /^assets\/worker-/
const BEFORE_PAINT = 'src/storefront/beforePaint.ts'

type Output = Readonly<Rollup.OutputBundle>[string]

/** The worker is built by itself, an asset to the page; a chunk of its name is for pages without workers. */
const isWorkerInPage = (output: Output) =>
  output.type === 'chunk' && output.moduleIds.some((id) => id.endsWith('src/worker.ts'))

/** What the worker's script imports lies beside it, what checks signed models too: this shop has such. */
function neededByWorker(output: Output): string[] {
  if (output.type !== 'asset') return []
  const imports = /\bfrom\s*"\.\/([^"]+\.js)"|\bimport\(`\.\/(releases-[^`]+\.js)`/g
  const found = String(output.source).matchAll(imports)
  return Array.from(found, ([, needed, checked]) => `assets/${needed ?? checked}`)
}

const firstRequests: Plugin = {
  name: 'first-requests',
  apply: 'build',
  buildStart() {
    // The console links to it.
    const source = readFileSync(join(import.meta.dirname, 'docs/PRIVACY.md'))
    this.emitFile({ type: 'asset', fileName: 'privacy.txt', source })
    this.emitFile({ type: 'chunk', id: BEFORE_PAINT, name: 'beforePaint' })
  },
  transformIndexHtml: {
    order: 'post',
    handler: (_html, { bundle = {} }) => {
      const names = Object.keys(bundle)
      const soon = names
        .filter((name) => SOON.test(name) && !isWorkerInPage(bundle[name]))
        // The worker has most to do until it can answer.
        .sort((a, b) => Number(WORKER.test(b)) - Number(WORKER.test(a)))
        .flatMap((name) => {
          const attrs = WORKER.test(name) ? { 'data-for': 'worker' } : {}
          return [name, ...neededByWorker(bundle[name])].map((file) => ({
            tag: 'link',
            attrs: { rel: 'modulepreload', ...attrs, crossorigin: true, href: `/${file}` },
            injectTo: 'head' as const,
          }))
        })
      // Not a module: those wait for the whole document, and the page would be painted meanwhile.
      const before = names
        .filter((name) => name.startsWith('assets/beforePaint-'))
        .map((name) => ({
          tag: 'script',
          // The integrity policy blocks a script that is asked for without CORS.
          attrs: { src: `/${name}`, crossorigin: true },
          injectTo: 'head-prepend' as const,
        }))
      return [...before, ...soon]
    },
  },
}

interface Modules {
  getModuleInfo(id: string): { readonly importedIds: readonly string[] } | null
}

/** What a script can't run without. */
function neededBy(id: string, modules: Modules, found = new Set<string>()): Set<string> {
  if (found.has(id)) return found
  found.add(id)
  for (const next of modules.getModuleInfo(id)?.importedIds ?? []) neededBy(next, modules, found)
  return found
}

const source = (name: string) => join(import.meta.dirname, 'src/storefront', name)

/** What the search's own thread runs; the page only where there is none. */
const SEARCH =
  /minisearch|src\/core\/search\/(search|searchAmong|meanings|retrieve|wordIndex|vocabulary|suggest|synonyms|price|exclusion)\.ts/

/** A script and all that it needs as one file: on a slow line every file more is a wait more. */
function oneFile(name: string, script: string, priority: number) {
  let needed: Set<string> | null = null
  return {
    debugName: name,
    priority,
    includeDependenciesRecursively: false,
    name(id: string, modules: Modules) {
      needed ??= neededBy(source(script), modules)
      if (SEARCH.test(id)) return null
      return needed.has(id) || id.includes('rolldown/runtime') ? name : null
    },
  }
}

/** The demo: storefront (`index.html`) built as a customer of the package would build it. */
export default defineConfig({
  plugins: [react(), firstRequests, integrity('index.html')],
  worker: { format: 'es' },
  build: {
    outDir: 'dist/demo',
    emptyOutDir: true,
    target: 'es2023',
    // One style sheet, there before the first paint; the pages' own share of it is small.
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // A slow machine is no fault of the build.
      checks: { bundlerTimings: false },
      output: {
        codeSplitting: {
          groups: [
            oneFile('open', 'open.ts', 2),
            oneFile('shop', 'App.tsx', 1),
            { name: 'react-dom', test: /node_modules\/(react-dom|scheduler)\//, priority: 1 },
          ],
        },
      },
    },
  },
})
