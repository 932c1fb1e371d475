/**
 * @module Measures how long a shopper with a slow phone waits: largest contentful paint, tasks that block the page, and
 * layout shift. The browser runs with a processor that is slowed down four times. In the output, *ours* is a task's
 * time in the shop's scripts, including the layout that they force and their garbage collection. *Whole* adds the
 * browser's own work: layout, paint, reading documents and pictures. Both leave out work that the browser does only
 * while a tool observes it (`longestTask.ts`). The paint is measured in wall time, tasks in processor time. So measure
 * on a quiet machine, or give browser and server priority (Linux: `sudo chrt -r 5`). `npm start`, then `npx tsx
 * scripts/budgets.ts [ORIGIN] [--why] [--slowdown N] [--runs N]`; the script fails if a visit exceeds a budget.
 */
import { Command } from '@commander-js/extra-typings'
import { wholeNumber } from '@nearside/cli/values.ts'
import { chromium, type Page } from 'playwright'
import { CHROMIUM_ARGS, requireChromium } from './chromium.ts'
import { type Longest, longestTask, TRACED } from './longestTask.ts'

const command = new Command('budgets')
  .argument('[origin]', 'address of the running demo', 'http://localhost:8790')
  .option('--why', 'print the scripts that ran the longest tasks')
  .option('--slowdown <n>', 'factor by which the processor is slowed down', wholeNumber(1, 100), 4)
  .option('--runs <n>', 'number of visits', wholeNumber(1, 1000), 7)
  .parse()
const [ORIGIN] = command.processedArgs
const { why, slowdown, runs: visits } = command.opts()
const PHONE = { width: 390, height: 844 }
/** Budgets: `task` and `paint` in milliseconds, `shift` as a layout shift score. */
const BUDGET = { task: 50, paint: 1200, shift: 0.1 } as const

interface Task {
  readonly duration: number
  /** Script and function that began the task, where the browser reports them. */
  readonly script: string
}

interface Seen {
  readonly lcp: number
  readonly shift: number
  readonly tasks: readonly Task[]
}

/** Runs in the page before the page's scripts: records paint, layout shift and tasks. */
function observe(): void {
  const seen = { lcp: 0, shift: 0, tasks: [] as { duration: number; script: string }[] }
  Object.assign(window, { seen })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.lcp = entry.startTime
  }).observe({ type: 'largest-contentful-paint', buffered: true })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & {
      value: number
      hadRecentInput: boolean
    })[])
      if (!entry.hadRecentInput) seen.shift += entry.value
  }).observe({ type: 'layout-shift', buffered: true })
  // Records the time of each script in a long frame, including the layout that the script forces.
  new PerformanceObserver((list) => {
    for (const frame of list.getEntries() as (PerformanceEntry & {
      scripts: readonly {
        duration: number
        invoker: string
        sourceFunctionName: string
        sourceURL: string
      }[]
    })[])
      for (const one of frame.scripts)
        seen.tasks.push({
          duration: one.duration,
          script: `${one.invoker} ${one.sourceFunctionName} ${one.sourceURL.split('/').at(-1)}`,
        })
  }).observe({ type: 'long-animation-frame', buffered: true })
}

/**
 * Runs in the page: measures the processor's speed as Lighthouse does (BenchmarkIndex). The function averages two
 * counts: how often the processor can build a string of 10,000 letters, and copy 100,000 numbers, in a tenth of a
 * second. By the calibration of Chrome's tools, a mid-range phone has a speed index of 1,000 and a cheap phone one of
 * 264.
 * @see https://github.com/GoogleChrome/lighthouse/issues/9085
 */
function benchmarkIndex(): number {
  const from = Array.from({ length: 100_000 }, (_, i) => i)
  const to = [...from]
  // The functions are anonymous, because the compiler names functions by a helper that the page lacks.
  const works = [
    () => {
      let grown = ''
      for (let i = 0; i < 10_000; i++) grown += 'a'
      if (grown.length !== 10_000) throw new Error('The string has a wrong length')
    },
    () => {
      for (let i = 0; i < from.length; i++) to[i] = from[i]
    },
  ]
  const scores = works.map((work) => {
    const start = performance.now()
    let done = 0
    for (; performance.now() - start < 500; done++) work()
    return (100 * done) / (performance.now() - start)
  })
  return (scores[0] + scores[1]) / 2
}

async function take(page: Page): Promise<Seen> {
  return page.evaluate(() => {
    const { seen } = window as unknown as { seen: Seen }
    const taken = structuredClone(seen)
    Object.assign(seen, { shift: 0, tasks: [] })
    return taken
  })
}

type Action = (page: Page) => Promise<void>
/** Waits a fixed time for the model's ranking, because a page with a vault's frame is never reported as idle. */
const settle: Action = (page) => page.waitForTimeout(1000 * slowdown)
const firstCard = (page: Page) => page.locator('main [data-item]').first()

type Step = readonly [string, Action]

/** Steps of one visit, in order; only a step that opens a document has a largest contentful paint. */
const VISIT: readonly Step[] = [
  [
    'home, first visit',
    async (page) => {
      await page.goto(ORIGIN)
      await firstCard(page).waitFor()
      await settle(page)
    },
  ],
  [
    'click on a product',
    async (page) => {
      await firstCard(page).click()
      await page.getByRole('heading', { name: 'Similar items' }).waitFor()
      await page.waitForTimeout(1500)
    },
  ],
  [
    'back: the changed list',
    async (page) => {
      await page.getByRole('banner').getByRole('link').first().click()
      await page.getByRole('heading', { name: /^Because you looked at/ }).waitFor()
      await page.waitForTimeout(2500)
    },
  ],
  [
    'a department',
    async (page) => {
      await page.getByRole('navigation', { name: 'Departments' }).getByRole('link').first().click()
      await firstCard(page).waitFor()
      await page.waitForTimeout(800)
    },
  ],
  [
    'a price chosen',
    async (page) => {
      await page.getByRole('button', { name: 'Filter' }).click()
      await page.getByRole('checkbox', { name: /^£1 to £3/ }).click()
      await page.waitForTimeout(500)
    },
  ],
  [
    'typing a search',
    async (page) => {
      await page.getByRole('combobox', { name: 'Search products' }).click()
      await page.keyboard.type('heart', { delay: 120 })
      await page.getByRole('group', { name: 'Products' }).waitFor()
      await page.keyboard.press('Enter')
      await page.locator('main mark').first().waitFor()
      await page.waitForTimeout(1200)
    },
  ],
  [
    'side by side',
    async (page) => {
      await page.getByRole('link', { name: 'Side by side' }).last().click()
      await page.locator('.move').first().waitFor()
      await page.waitForTimeout(500)
    },
  ],
  [
    'home again, from the cache',
    async (page) => {
      await page.goto(ORIGIN)
      await firstCard(page).waitFor()
      await settle(page)
    },
  ],
]

/** A first visit that starts on a page other than the home page. */
const landing = (name: string, path: string): readonly Step[] => [
  [
    `landing on ${name}`,
    async (page) => {
      await page.goto(ORIGIN + path)
      await firstCard(page).waitFor()
      await settle(page)
    },
  ],
]

const VISITS = [
  VISIT,
  landing('a product', '/product/85123A'),
  landing('a department', '/category/Candles%20%26%20Fragrance'),
  // The prerendered search page has no results, because one page serves every query.
  landing('a search', '/search#q=heart'),
  landing('the basket', '/basket'),
]
const OPENS = /^(home|landing)/

interface Row {
  readonly name: string
  readonly longest: Longest
  readonly lcp: number | null
  readonly shift: number
  readonly tasks: readonly Task[]
}

async function run(steps: readonly Step[]): Promise<Row[]> {
  const browser = await chromium.launch({
    executablePath: requireChromium(),
    args: CHROMIUM_ARGS,
  })
  const context = await browser.newContext({ viewport: PHONE, hasTouch: true, isMobile: true })
  const page = await context.newPage()
  page.setDefaultTimeout(120_000)
  await page.addInitScript(observe)
  const session = await context.newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown })
  const rows: Row[] = []
  for (const [name, act] of steps) {
    await browser.startTracing(page, { categories: TRACED })
    await act(page)
    await page.waitForTimeout(300)
    const longest = longestTask(await browser.stopTracing(), ORIGIN)
    const { lcp, shift, tasks } = await take(page)
    rows.push({ name, lcp: OPENS.test(name) ? lcp : null, shift, tasks, longest })
  }
  await browser.close()
  return rows
}

/** Measures the speed index of this processor without the slowdown that `run` emulates. */
async function indexOfProcessor(): Promise<number> {
  const browser = await chromium.launch({
    executablePath: requireChromium(),
    args: CHROMIUM_ARGS,
  })
  const index = await (await browser.newPage()).evaluate(benchmarkIndex)
  await browser.close()
  return index
}

const index = await indexOfProcessor()
const runs: Row[][] = []
for (let number = 0; number < visits; number++) {
  const rows: Row[] = []
  for (const steps of VISITS) rows.push(...(await run(steps)))
  runs.push(rows)
}

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0

const slowed = Math.round(index / slowdown)
console.log(
  `Processor ${slowdown}× slower, BenchmarkIndex ${Math.round(index)} → ${slowed} (a phone of the middle class: 1000, a cheap one: 264), ${PHONE.width}×${PHONE.height}, ${runs.length} visits: median – worst\n`,
)
console.log(
  '| step | largest paint, ms | longest task of ours, ms | whole task, ms | layout shift |',
)
console.log('|---|---|---|---|---|')
const missed: string[] = []
VISITS.flat().forEach(([name], place) => {
  const rows = runs.map((one) => one[place])
  const cell = (what: string, numbers: readonly number[], budget = Number.POSITIVE_INFINITY) => {
    const worst = Math.max(...numbers)
    if (worst > budget) missed.push(`${name}: ${what} ${Math.round(worst)} ms, budget ${budget}`)
    return `${Math.round(median(numbers))} – ${Math.round(worst)}`
  }
  const paints = rows.flatMap(({ lcp }) => lcp ?? [])
  const paint = paints.length > 0 ? cell('largest paint', paints, BUDGET.paint) : ''
  const ours = rows.map(({ longest }) => longest.ours)
  const whole = rows.map(({ longest }) => longest.whole)
  const shift = Math.max(...rows.map((row) => row.shift))
  if (shift > BUDGET.shift) missed.push(`${name}: layout shift ${shift}, budget ${BUDGET.shift}`)
  const tasks = `${cell('a task of ours', ours, BUDGET.task)} | ${cell('whole task', whole)}`
  console.log(`| ${name} | ${paint} | ${tasks} | ${shift.toFixed(3)} |`)
})
for (const line of missed) console.error(line)
if (missed.length > 0) process.exitCode = 1
if (why) {
  for (const { name, tasks } of runs[0])
    for (const { duration, script } of tasks)
      if (duration >= BUDGET.task) console.log(`${name}: ${Math.round(duration)} ms ${script}`)
}
