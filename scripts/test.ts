/**
 * @module `npm test`: unit, property and browser tests (Vitest), then end-to-end tests (Playwright), then one line with
 * the totals. `npm run test:long` (`--long`) runs the long tests (`*.long.*`): crashes, stress, builds, other browsers,
 * the rest of the end-to-end tests, and the example shops. `.ci/run` (`--all`) runs lint, types, build, sizes, package
 * checks and unused code, each counted as one test, and then all tests.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildDemo, demoIsFresh } from './build.ts'
import { requireChromium } from './chromium.ts'
import { namedBrowsers } from './otherBrowsers.ts'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const BIN = join(ROOT, 'node_modules/.bin')

interface Tally {
  passed: number
  failed: number
  skipped: number
  /** Failed and skipped tests with their runners' messages, repeated at the end. */
  notes?: string[]
}

/** Commands that `.ci/run` runs in addition to the tests. */
const CHECKS = [
  'biome ci .',
  'tsc --noEmit',
  'tsx scripts/build.ts',
  'size-limit',
  'publint',
  'publint dist/nearside-tools',
  'publint dist/nearside-server',
  'publint dist/create-nearside',
  'attw --pack . --profile esm-only --exclude-entrypoints styles.css',
  'knip',
  'knip --production',
]

const PASSED: Tally = { passed: 1, failed: 0, skipped: 0 }
const FAILED: Tally = { passed: 0, failed: 1, skipped: 0 }

const reports = mkdtempSync(join(tmpdir(), 'nearside-test-'))
process.once('exit', () => rmSync(reports, { recursive: true, force: true }))

const isWhole = process.argv.includes('--all')
const isLong = process.argv.includes('--long')

const tallies = isWhole ? CHECKS.map(check) : []
const browser = await prepare()
if (browser === null) tallies.push(FAILED)
else {
  if (!isLong) tallies.push(vitest(['node', 'browser']), playwright('[^./]+'))
  if (isLong || isWhole)
    tallies.push(
      vitest(['long', 'react18', ...namedBrowsers()]),
      playwright('[^./]+\\.long'),
      consumers(),
    )
}
const sum = (key: 'passed' | 'failed' | 'skipped') =>
  tallies.reduce((total, tally) => total + tally[key], 0)
const skipped = sum('skipped')
// Failed and skipped tests are named again, because a reader may see only the end of a long log.
for (const note of tallies.flatMap((tally) => tally.notes ?? [])) console.log(`\n${note}`)
console.log(
  `\n${sum('passed')} passed, ${sum('failed')} failed${skipped ? `, ${skipped} skipped` : ''}`,
)
process.exitCode = sum('failed') === 0 && sum('passed') > 0 ? 0 : 1

function check(command: string): Tally {
  console.log(`\n${command}`)
  const [name, ...args] = command.split(' ')
  const { status } = spawnSync(join(BIN, name), args, { cwd: ROOT, stdio: 'inherit' })
  if (status === 0) return PASSED
  console.error(`'${command}' failed`)
  return { ...FAILED, notes: [`failed: ${command}`] }
}

/** Finds a browser and builds the demo if it is stale. @returns path of the browser; null if either fails */
async function prepare(): Promise<string | null> {
  try {
    const path = requireChromium()
    console.log(`Browser: ${path}`)
    if (!demoIsFresh()) await buildDemo()
    return path
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    return null
  }
}

/** Runs a test runner and reads the report that it wrote. A runner without a report counts as one failure. */
function run(command: string, args: string[], read: (report: unknown) => Tally): Tally {
  const file = join(reports, `${command}.json`)
  rmSync(file, { force: true })
  const { status } = spawnSync(join(BIN, command), args, {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, PLAYWRIGHT_JSON_OUTPUT_NAME: file, NEARSIDE_CHROMIUM: browser! },
  })
  try {
    const tally = read(JSON.parse(readFileSync(file, 'utf8')))
    if (status !== 0 && tally.failed === 0) tally.failed = 1
    return tally
  } catch (error) {
    console.error(`${command} ended with ${status} and left no readable report:`, error)
    return FAILED
  }
}

function vitest(projects: readonly string[]): Tally {
  const file = join(reports, 'vitest.json')
  rmSync(file, { force: true })
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  for (const project of projects) args.push('--project', project)
  return run('vitest', args, (report) => {
    const { numPassedTests, numFailedTests, numPendingTests, testResults } = report as VitestReport
    return {
      passed: numPassedTests,
      failed: numFailedTests,
      skipped: numPendingTests,
      notes: testResults.flatMap(({ name, status, message, assertionResults }) => [
        // The whole file failed, because it could not be loaded.
        ...(status === 'failed' && message ? [note('failed', name, message)] : []),
        ...assertionResults
          .filter((test) => test.status !== 'passed')
          .map((test) => note(test.status, `${name} › ${test.fullName}`, ...test.failureMessages)),
      ]),
    }
  })
}

interface VitestReport {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  testResults: {
    name: string
    status: string
    message: string
    assertionResults: { fullName: string; status: string; failureMessages: string[] }[]
  }[]
}

function note(status: string, name: string, ...messages: string[]): string {
  const said = messages
    .map((message) => shortened(message.replace(/\n +at .*node_modules.*/g, '')))
    .join('\n')
  return `${status}: ${name.replace(`${ROOT}/`, '')}${said && `\n${said}`}`
}

/** The beginning and end of a long message, because its end can name the cause. */
function shortened(message: string): string {
  if (message.length <= 2500) return message
  return `${message.slice(0, 1500)}\n[…]\n${message.slice(-1000)}`
}

/** @param name regular expression of a test file's name without `.spec.ts` */
function playwright(name: string): Tally {
  const only = `/e2e/${name}\\.spec\\.ts$`
  return run('playwright', ['test', only, '--reporter=list,json'], (report) => {
    const { stats, suites, errors } = report as PlaywrightReport
    return {
      passed: stats.expected,
      failed: stats.unexpected + stats.flaky,
      skipped: stats.skipped,
      notes: [
        ...errors.map(({ message }) => note('failed', 'playwright', message ?? '')),
        ...suites.flatMap(unexpected),
      ],
    }
  })
}

interface PlaywrightError {
  message?: string
}

interface PlaywrightSuite {
  file: string
  specs: {
    title: string
    tests: { status: string; results: { errors: PlaywrightError[] }[] }[]
  }[]
  suites?: PlaywrightSuite[]
}

interface PlaywrightReport {
  stats: { expected: number; unexpected: number; flaky: number; skipped: number }
  suites: PlaywrightSuite[]
  errors: PlaywrightError[]
}

function unexpected({ file, specs, suites = [] }: PlaywrightSuite): string[] {
  const own = specs.flatMap(({ title, tests }) =>
    tests
      .filter(({ status }) => status !== 'expected')
      .map(({ status, results }) => {
        const errors = results.flatMap((result) => result.errors)
        return note(status, `e2e/${file} › ${title}`, ...errors.map((error) => error.message ?? ''))
      }),
  )
  return [...own, ...suites.flatMap(unexpected)]
}

/** Tests the library as installed by the example shops. */
function consumers(): Tally {
  const args = ['scripts/consumers.ts', '--json', join(reports, 'tsx.json')]
  return run('tsx', args, (report) => ({ ...(report as Omit<Tally, 'skipped'>), skipped: 0 }))
}
