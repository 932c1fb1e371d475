import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** The demo: storefront (`index.html`) built as a customer of the package would build it. */
export default defineConfig({
  plugins: [react()],
  worker: { format: 'es' },
  build: { outDir: 'dist/demo', emptyOutDir: true, target: 'es2023' },
})
