import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

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
      },
      formats: ['es'],
      cssFileName: 'styles',
    },
    rolldownOptions: { external: [/^react($|\/)/, /^react-dom($|\/)/] },
  },
})
