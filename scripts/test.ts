/**
 * @module `npm test`: unit, property and browser tests (Vitest), then the end-to-end tests
 * (Playwright) and the example shops, then one line that adds them up.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildDemo, demoIsFresh } from './build.ts'
import { requireChromium } from './chromium.ts'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const BIN = join(ROOT, 'node_modules/.bin')

interface Tally {
  passed: number
  failed: number
  skipped: number
}

let browser: string
try {
  browser = requireChromium()
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exit(1)
}
console.log(`Browser: ${browser}`)
if (!demoIsFresh()) await buildDemo()

const reports = mkdtempSync(join(tmpdir(), 'nearside-test-'))
process.once('exit', () => rmSync(reports, { recursive: true, force: true }))
const tallies = [vitest(), playwright(), consumers()]
const sum = (key: keyof Tally) => tallies.reduce((total, tally) => total + tally[key], 0)
const skipped = sum('skipped')
console.log(
  `\n${sum('passed')} passed, ${sum('failed')} failed${skipped ? `, ${skipped} skipped` : ''}`,
)
process.exitCode = sum('failed') === 0 && sum('passed') > 0 ? 0 : 1

/** A runner that ended badly without a report counts as one failure. */
function run(command: string, args: string[], read: (report: unknown) => Tally): Tally {
  const file = join(reports, `${command}.json`)
  const { status } = spawnSync(join(BIN, command), args, {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, PLAYWRIGHT_JSON_OUTPUT_NAME: file, NEARSIDE_CHROMIUM: browser },
  })
  try {
    const tally = read(JSON.parse(readFileSync(file, 'utf8')))
    if (status !== 0 && tally.failed === 0) tally.failed = 1
    return tally
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  }
}

function vitest(): Tally {
  const file = join(reports, 'vitest.json')
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  return run('vitest', args, (report) => {
    const { numPassedTests, numFailedTests, numPendingTests } = report as Record<string, number>
    return {
      passed: numPassedTests ?? 0,
      failed: numFailedTests ?? 0,
      skipped: numPendingTests ?? 0,
    }
  })
}

function playwright(): Tally {
  return run('playwright', ['test', '--reporter=list,json'], (report) => {
    const { stats } = report as {
      stats: { expected: number; unexpected: number; flaky: number; skipped: number }
    }
    return {
      passed: stats.expected,
      failed: stats.unexpected + stats.flaky,
      skipped: stats.skipped,
    }
  })
}

/** The library as three shops install it. */
function consumers(): Tally {
  const args = ['scripts/consumers.ts', '--json', join(reports, 'tsx.json')]
  return run('tsx', args, (report) => ({ ...(report as Omit<Tally, 'skipped'>), skipped: 0 }))
}
