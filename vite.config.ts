import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/** The worker's script is asked for with the page, not after the page's script has run. */
const preloadWorker: Plugin = {
  name: 'preload-worker',
  transformIndexHtml: {
    order: 'post',
    handler: (_html, { bundle = {} }) =>
      Object.keys(bundle)
        .filter((name) => /^assets\/worker-[^/]+\.js$/.test(name))
        .map((name) => ({
          tag: 'link',
          attrs: { rel: 'modulepreload', crossorigin: true, href: `/${name}` },
          injectTo: 'head' as const,
        })),
  },
}

/** The demo: storefront (`index.html`) built as a customer of the package would build it. */
export default defineConfig({
  plugins: [react(), preloadWorker],
  worker: { format: 'es' },
  build: { outDir: 'dist/demo', emptyOutDir: true, target: 'es2023' },
})
