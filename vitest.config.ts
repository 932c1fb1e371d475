import { availableParallelism } from 'node:os'
import react from '@vitejs/plugin-react'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type BrowserConfigOptions, type TestSpecification } from 'vitest/node'
import { CHROMIUM_ARGS, requireChromium } from './scripts/chromium.ts'
import { browserWindow, namedBrowsers, type OtherBrowser } from './scripts/otherBrowsers.ts'

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

/** Engines load these lazily; found in the middle of a test, they would reload its page. */
const OPTIMIZED = [
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-backend-webgpu/dist/base',
  'axe-core',
  'hpke',
  'idb',
  'minisearch/SearchableMap',
  'react',
  'react-dom/client',
  'react-dom/server',
  'vitest-browser-react',
  'wouter',
]

const otherBrowser = (name: OtherBrowser): BrowserConfigOptions => ({
  enabled: true,
  ui: false,
  screenshotFailures: false,
  provider: browserWindow(name),
  instances: [{ browser: name }],
})

/** What needs nobody who clicks. */
const others = (name: OtherBrowser, without: readonly string[]) => ({
  worker: { format: 'es' as const },
  optimizeDeps: { include: OPTIMIZED },
  test: {
    name,
    include: ['src/**/*.browser.test.ts'],
    // There somebody types.
    exclude: ['search', 'menu']
      .map((name) => `src/ui/element/${name}.browser.test.ts`)
      .concat(without),
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: PATIENCE,
    // After all else.
    sequence: { groupOrder: 2 },
    browser: otherBrowser(name),
  },
})

const IN_OTHERS = {
  firefox: () => [others('firefox', [])],
  webkit: () => [
    others('webkit', [
      // WebKitGTK has none.
      '**/*.webgpu.browser.test.ts',
      // Its version 2.54 now and then loses the page when a worker of it ends: these passed, each by itself.
      'src/browser/page/*.browser.test.ts',
    ]),
  ],
}

const inNode = (name: string, include: readonly string[], exclude: readonly string[]) => ({
  test: {
    name,
    environment: 'node' as const,
    // One fewer than the processors would leave one of two idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    include: ['src', 'scripts', 'research'].flatMap((folder) =>
      include.map((pattern) => `${folder}/${pattern}`),
    ),
    exclude: [...exclude, 'node_modules/**'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
})

/** Files that mostly wait, the longest first. Begun last, they would leave a processor idle for minutes. */
const WAITING = ['proveEgress', 'otherConsent'].map((name) => `/${name}.long.test.ts`)

/** The usual order, but first the files that mostly wait. */
class WaitingFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = WAITING.findIndex((name) => moduleId.endsWith(name))
      return at < 0 ? WAITING.length : at
    }
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b))
  }
}

/**
 * `*.test.ts` runs in Node, `*.browser.test.ts(x)` in a real Chromium with a WebGPU adapter, and also in
 * Firefox and WebKit where NEARSIDE_BROWSERS names them (`firefox,webkit`).
 */
export default defineConfig({
  test: {
    sequence: { sequencer: WaitingFirst },
    projects: [
      inNode('node', ['**/*.test.ts'], ['**/*.long.test.ts', '**/*.browser.test.*']),
      // Kills, stress, builds, other browsers: beside `npm test`, in `npm run test:long`.
      inNode('long', ['**/*.long.test.ts'], []),
      {
        plugins: [react()],
        worker: { format: 'es' },
        optimizeDeps: { include: OPTIMIZED },
        test: {
          name: 'browser',
          // By themselves: a browser is threads enough.
          sequence: { groupOrder: 1 },
          include: ['src/**/*.browser.test.{ts,tsx}'],
          env: { REACT: '19' },
          testTimeout: 120_000,
          hookTimeout: 120_000,
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
            'minisearch/SearchableMap',
            'react',
            'react-dom/client',
            'react-dom/server',
            'vitest-browser-react',
          ],
        },
        test: {
          name: 'react18',
          sequence: { groupOrder: 1 },
          include: ['src/ui/{react,search}/**/*.browser.test.tsx'],
          env: { REACT: '18' },
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect: PATIENCE,
          browser: browser(),
        },
      },
      ...namedBrowsers().flatMap((name) => IN_OTHERS[name]()),
    ],
  },
})
