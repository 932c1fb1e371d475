import { defineConfig } from 'vite'
import { integrity } from './scripts/integrity.ts'
import { withoutStores } from './vite.lib.config.ts'

/**
 * The vault (`dist/vault`): files for a server of its own. Its worker is one file, since it can't load another.
 */
export default defineConfig({
  base: './',
  publicDir: false,
  plugins: [integrity('vault.html')],
  worker: {
    format: 'es',
    plugins: () => [withoutStores],
    rolldownOptions: { output: { codeSplitting: false } },
  },
  build: {
    outDir: 'dist/vault',
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: false,
    rolldownOptions: { input: 'vault.html' },
  },
})
