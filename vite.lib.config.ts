import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** Entries with hooks. */
const CLIENT = new Set(['react', 'console'])

const PEERS = /^react(-dom)?($|\/)/

/** The worker brings its TensorFlow.js; `nearside/tfjs` joins the one that the page trains with. */
const isPagesTensorFlow = (id: string, importer?: string) =>
  id === '@tensorflow/tfjs-core' && /engine\/interop\//.test(importer ?? '')

const ENGINE_PARTS = /src\/engine\/(adam|lazyJobs|objective|problem|result|tfjs\/fixedShape)\.ts$/

/**
 * The package's browser entries. `base: './'` and a worker that is a file of its own, because an
 * inline worker fails under the `worker-src 'self'` that careful shops have.
 */
export default defineConfig({
  base: './',
  publicDir: false,
  plugins: [react()],
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
        tfjs: 'src/tfjs.ts',
      },
      formats: ['es'],
      cssFileName: 'styles',
    },
    rolldownOptions: {
      external: (id, importer) => PEERS.test(id) || isPagesTensorFlow(id, importer),
      output: {
        // By itself, a library is left with its spaces: a ninth of the worker, which no bundler sees.
        minify: true,
        // What all engines share is one file: apart, its five parts were a tenth longer.
        codeSplitting: {
          groups: [
            { name: 'error', test: /src\/protocol\/error\.ts$/, priority: 2 },
            { name: 'objective', test: ENGINE_PARTS, priority: 1 },
          ],
        },
        chunkFileNames: 'chunks/[name]-[hash].js',
        // A framework with server components must know where the browser's part begins.
        banner: ({ name }) => (CLIENT.has(name) ? "'use client';" : ''),
      },
    },
  },
})
