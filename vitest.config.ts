import react from '@vitejs/plugin-react'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { CHROMIUM_ARGS, requireChromium } from './scripts/chromium.ts'

/** A new one for each project: Vitest writes into it. */
const browser = () => ({
  enabled: true,
  headless: true,
  screenshotFailures: false,
  provider: playwright({
    launchOptions: { executablePath: requireChromium(), args: CHROMIUM_ARGS },
  }),
  instances: [{ browser: 'chromium' as const }],
})

/** How long a busy machine may take until what is waited for holds; a second decides nothing. */
const PATIENCE = { poll: { timeout: 20_000 } }

/** `*.test.ts` runs in Node, `*.browser.test.ts(x)` in a real Chromium with a WebGPU adapter. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          environment: 'node',
          include: ['src/**/*.test.ts', 'scripts/**/*.test.ts', 'bench/**/*.test.ts'],
          exclude: ['**/*.browser.test.*', 'node_modules/**'],
          testTimeout: 180_000,
        },
      },
      {
        plugins: [react()],
        worker: { format: 'es' },
        // Engines load these lazily; found in the middle of a test, they would reload its page.
        optimizeDeps: {
          include: [
            '@tensorflow/tfjs-core',
            '@tensorflow/tfjs-core/dist/register_all_gradients',
            '@tensorflow/tfjs-backend-cpu',
            '@tensorflow/tfjs-backend-wasm',
            '@tensorflow/tfjs-backend-webgpu',
            '@tensorflow/tfjs-backend-webgpu/dist/base',
            'axe-core',
            'hpke',
            'idb',
            'minisearch',
            'react',
            'react-dom/client',
            'react-dom/server',
            'vitest-browser-react',
            'wouter',
          ],
        },
        test: {
          name: 'browser',
          include: ['src/**/*.browser.test.{ts,tsx}'],
          exclude: ['**/*.isolated.browser.test.ts', 'node_modules/**'],
          env: { REACT: '19' },
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect: PATIENCE,
          browser: browser(),
        },
      },
      {
        // What only a page isolated from other origins can do.
        server: {
          headers: {
            'cross-origin-opener-policy': 'same-origin',
            'cross-origin-embedder-policy': 'require-corp',
          },
        },
        worker: { format: 'es' },
        test: {
          name: 'isolated',
          include: ['src/**/*.isolated.browser.test.ts'],
          testTimeout: 120_000,
          expect: PATIENCE,
          browser: browser(),
        },
      },
      {
        // The widgets once more, on the oldest React that they promise to run on.
        plugins: [react()],
        resolve: {
          alias: [
            { find: /^react(?=\/|$)/, replacement: 'react18' },
            { find: /^react-dom(?=\/|$)/, replacement: 'react-dom18' },
          ],
        },
        optimizeDeps: {
          include: [
            'axe-core',
            'react',
            'react-dom/client',
            'react-dom/server',
            'vitest-browser-react',
          ],
        },
        test: {
          name: 'react18',
          include: ['src/react/**/*.browser.test.tsx'],
          env: { REACT: '18' },
          expect: PATIENCE,
          browser: browser(),
        },
      },
    ],
  },
})
