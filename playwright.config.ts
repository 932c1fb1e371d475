import { defineConfig } from 'playwright/test'
import { CHROMIUM_ARGS, requireChromium } from './scripts/chromium.ts'

/** Of the shop in vault mode; the three above it are the aggregators' and the vault's. Another where something else listens there. */
const PORT = Number(process.env.NEARSIDE_E2E_PORT ?? 8800)

/** One worker: the tests share two cores with a software GPU and two aggregators. */
export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  workers: 1,
  // Timing decides nothing: a machine that is several times busier has its time.
  timeout: 400_000,
  expect: { timeout: 60_000 },
  forbidOnly: Boolean(process.env.CI),
  use: {
    // The same shop in embedded mode: a test can look into its storage there.
    baseURL: `http://localhost:${PORT + 4}`,
    browserName: 'chromium',
    // Recording takes a third of the processor time; `--trace retain-on-failure` asks for it.
    trace: 'off',
    screenshot: 'only-on-failure',
    launchOptions: { executablePath: requireChromium(), args: CHROMIUM_ARGS },
  },
  webServer: {
    command: `node e2e/fresh.mjs && node --import tsx scripts/start.ts --port ${PORT} --embedded ${PORT + 4} --persist always --data var/e2e`,
    url: `http://localhost:${PORT}/models/latest.json`,
    timeout: 180_000,
    reuseExistingServer: false,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 5_000 },
  },
})
