/**
 * @module Finds a full Chromium for tests: Playwright's own, else the system's, else a new installation. If none works,
 * the error says what to do. Playwright's headless shell is not enough, because it lacks WebGPU.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chromium } from 'playwright'

const SYSTEM = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/**
 * `--enable-unsafe-webgpu` gives WebGPU on a software adapter (SwiftShader) if there is no GPU. The other flags stop
 * the browser from contacting its vendor, so that a test sees only the page's requests. `NEARSIDE_CHROMIUM_ARGS` adds
 * flags. For example, a headless browser on Linux uses a real GPU only if a flag names Vulkan (see `nearside bench
 * --help`).
 */
export const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // The flags of NEARSIDE_CHROMIUM_ARGS come last, because the browser uses only the last `--enable-features`.
  ...(process.env.NEARSIDE_CHROMIUM_ARGS?.match(/\S+/g) ?? []),
]

function find(): string | undefined {
  const named = process.env.NEARSIDE_CHROMIUM
  return [named, chromium.executablePath(), ...SYSTEM].find((path) => path && existsSync(path))
}

/**
 * Runs a command. If the command fails, prints the command's output and returns, so that the caller can try the next
 * way.
 */
function attempt(command: string, args: string[]): void {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: 600_000,
  })
  if (status === 0) return
  console.error(`${command} ${args.join(' ')} failed`, error ?? '')
  console.error(`${stdout ?? ''}${stderr ?? ''}`.trim())
}

/** Path of the browser. @throws Error that says how to install one */
export function requireChromium(): string {
  const found = find()
  if (found) return found
  console.error('No Chromium found; installing one …')
  attempt('npx', ['playwright', 'install', 'chromium'])
  if (!find() && process.platform === 'linux' && process.getuid?.() === 0) {
    attempt('apt-get', ['update', '-qq'])
    attempt('apt-get', ['install', '-y', '-qq', 'chromium'])
  }
  const installed = find()
  if (installed) return installed
  throw new Error(
    'No Chromium: install one (Debian: sudo apt install chromium; macOS: npx playwright install chromium) or name it in NEARSIDE_CHROMIUM',
  )
}
