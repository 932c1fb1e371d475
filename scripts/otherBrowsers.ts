/**
 * @module Runs browser tests in Debian's Firefox and WebKit, because Playwright drives only its own builds. Vitest's
 * page connects to Vitest by itself, so the tests need only a window and no driver.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineBrowserProvider } from '@vitest/browser'
import type { BrowserProvider } from 'vitest/node'

export type OtherBrowser = 'firefox' | 'webkit'

interface Installation {
  readonly paths: readonly string[]
  readonly packages: string
  /**
   * @param profile an empty folder for the browser's profile
   * @param opens address that the browser opens, or port on which it waits for a driver
   */
  command(path: string, profile: string, opens: string | number): readonly string[]
}

/** Turns on WebGPU, which is off by default in Firefox on Linux, and stops Firefox from contacting its vendor. */
const FIREFOX_PREFERENCES = {
  'dom.webgpu.enabled': true,
  'dom.webgpu.workers.enabled': true,
  'gfx.webgpu.ignore-blocklist': true,
  'browser.shell.checkDefaultBrowser': false,
  'browser.aboutwelcome.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'app.normandy.enabled': false,
  'app.update.enabled': false,
  'extensions.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
}

const INSTALLATIONS: Record<OtherBrowser, Installation> = {
  firefox: {
    paths: ['/usr/bin/firefox-esr', '/usr/bin/firefox'],
    packages: 'firefox-esr mesa-vulkan-drivers',
    command(path, profile, opens) {
      const isDriven = typeof opens === 'number'
      const preferences = { ...FIREFOX_PREFERENCES, ...(isDriven && { 'marionette.port': opens }) }
      const lines = Object.entries(preferences).map(
        ([name, value]) => `user_pref("${name}", ${value});\n`,
      )
      writeFileSync(join(profile, 'user.js'), lines.join(''))
      const last = isDriven ? '--marionette' : opens
      return [path, '--headless', '--no-remote', '--profile', profile, last]
    },
  },
  webkit: {
    paths: ['x86_64', 'aarch64'].map(
      (machine) => `/usr/lib/${machine}-linux-gnu/webkit2gtk-4.1/MiniBrowser`,
    ),
    packages: 'webkit2gtk-driver xvfb xauth matchbox-window-manager',
    // WebKit's MiniBrowser has no headless mode.
    command: (path, _, opens) => [
      ...['xvfb-run', '--auto-servernum'],
      // Without a window manager, a second window never gets the focus.
      ...(typeof opens === 'number'
        ? ['sh', '-c', `matchbox-window-manager & exec WebKitWebDriver --port=${opens}`]
        : [path, opens]),
    ],
  },
}

/** Browsers in `NEARSIDE_BROWSERS`, e.g. `firefox,webkit`. @throws Error for an unknown name */
export function namedBrowsers(names = process.env.NEARSIDE_BROWSERS ?? ''): OtherBrowser[] {
  return (names.match(/[^\s,]+/g) ?? []).map((name) => {
    if (name === 'firefox' || name === 'webkit') return name
    throw new Error(`NEARSIDE_BROWSERS knows firefox and webkit, not ${name}`)
  })
}

export function requireBrowser(name: OtherBrowser): string {
  const { paths, packages } = INSTALLATIONS[name]
  const found = paths.find((path) => existsSync(path))
  if (found) return found
  throw new Error(`No ${name} found (Debian: sudo apt install ${packages})`)
}

interface Window {
  readonly browser: ChildProcess
  readonly profile: string
}

/** @param opens address that the browser opens, or port on which it waits for a driver */
export function openWindow(name: OtherBrowser, opens: string | number): Window {
  const path = requireBrowser(name)
  const profile = mkdtempSync(join(tmpdir(), `nearside-${name}-`))
  const [command, ...args] = INSTALLATIONS[name].command(path, profile, opens)
  const browser = spawn(command, args, {
    stdio: 'ignore',
    // The browser gets its own process group, so that closing the window ends all of its processes.
    detached: true,
    env: { ...process.env, HOME: profile, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' },
  })
  return { browser, profile }
}

export async function closeWindow({ browser, profile }: Window): Promise<void> {
  const { pid, exitCode, signalCode } = browser
  if (pid !== undefined && exitCode === null && signalCode === null) {
    const ended = once(browser, 'exit')
    process.kill(-pid, 'SIGTERM')
    const last = setTimeout(() => process.kill(-pid, 'SIGKILL'), 5_000)
    await ended
    clearTimeout(last)
  }
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
}

/** Opens Vitest's page in a window of that browser, without a driver: no clicks, keys or screenshots. */
export function browserWindow(name: OtherBrowser) {
  requireBrowser(name)
  return defineBrowserProvider({
    name: 'window',
    supportedBrowser: [name],
    providerFactory(): BrowserProvider {
      const windows: Window[] = []
      return {
        name: 'window',
        supportsParallelism: false,
        getCommandsContext: () => ({}),
        openPage: async (_, url) => void windows.push(openWindow(name, url)),
        close: async () => void (await Promise.all(windows.splice(0).map(closeWindow))),
      }
    },
  })
}
