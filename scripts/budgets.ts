/**
 * @module What a shopper with a slow phone waits for, measured in the browser with the processor
 * slowed down four times: largest contentful paint, tasks that hold the page, layout shift.
 * `npm start`, then `npx tsx scripts/budgets.ts [ORIGIN] [--why] [--slowdown N] [--runs N]`.
 */
import { parseArgs } from 'node:util'
import { chromium, type Page } from 'playwright'
import { CHROMIUM_ARGS, requireChromium } from './chromium.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    why: { type: 'boolean', default: false },
    slowdown: { type: 'string', default: '4' },
    runs: { type: 'string', default: '3' },
  },
})
const ORIGIN = positionals[0] ?? 'http://localhost:8790'
const PHONE = { width: 390, height: 844 }
/** Milliseconds. */
const LONG = 50

interface Task {
  readonly duration: number
  /** Script and function that began it, where the browser says so. */
  readonly script: string
}

interface Seen {
  readonly lcp: number
  readonly shift: number
  readonly tasks: readonly Task[]
}

/** Runs in the page, before anything else of it. */
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
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) seen.tasks.push({ duration, script: '' })
  }).observe({ type: 'longtask', buffered: true })
  // Which script it was: its own share of a long frame, layout that it forces included.
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

async function take(page: Page): Promise<Seen> {
  await page.waitForTimeout(300)
  return page.evaluate(() => {
    const { seen } = window as unknown as { seen: Seen }
    Object.assign(window, { seen: Object.assign(seen, {}) })
    const taken = structuredClone(seen)
    Object.assign(seen, { shift: 0, tasks: [] })
    return taken
  })
}

type Action = (page: Page) => Promise<void>
const firstCard = (page: Page) => page.locator('main [data-item]').first()

/** In one visit, in this order. */
const STEPS: readonly (readonly [string, Action])[] = [
  [
    'home, first visit',
    async (page) => {
      await page.goto(ORIGIN)
      await firstCard(page).waitFor()
      await page.waitForLoadState('networkidle')
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
      await page.getByRole('searchbox').click()
      await page.keyboard.type('heart', { delay: 120 })
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
      await page.waitForLoadState('networkidle')
    },
  ],
]

interface Row {
  readonly name: string
  readonly lcp: number | null
  readonly shift: number
  readonly tasks: readonly Task[]
}

async function run(): Promise<Row[]> {
  const browser = await chromium.launch({
    executablePath: requireChromium(),
    args: CHROMIUM_ARGS,
  })
  const context = await browser.newContext({ viewport: PHONE, hasTouch: true, isMobile: true })
  const page = await context.newPage()
  await page.addInitScript(observe)
  const session = await context.newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate: Number(values.slowdown) })
  const rows: Row[] = []
  for (const [name, act] of STEPS) {
    await act(page)
    const { lcp, shift, tasks } = await take(page)
    rows.push({ name, lcp: name.startsWith('home') ? lcp : null, shift, tasks })
  }
  await browser.close()
  return rows
}

const longest = (tasks: readonly Task[]): number =>
  Math.max(0, ...tasks.filter(({ script }) => script === '').map(({ duration }) => duration))

const runs: Row[][] = []
for (let number = 0; number < Number(values.runs); number++) runs.push(await run())

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0

console.log(
  `Processor ${values.slowdown}× slower, ${PHONE.width}×${PHONE.height}, median of ${runs.length} visits\n`,
)
console.log('| step | largest paint, ms | longest task, ms | layout shift |\n|---|---|---|---|')
STEPS.forEach(([name], place) => {
  const rows = runs.map((one) => one[place])
  const paint = rows[0].lcp === null ? '' : Math.round(median(rows.map(({ lcp }) => lcp ?? 0)))
  const task = Math.round(median(rows.map(({ tasks }) => longest(tasks))))
  const shift = Math.max(...rows.map((row) => row.shift))
  console.log(`| ${name} | ${paint} | ${task < LONG ? `< ${LONG}` : task} | ${shift.toFixed(3)} |`)
})
if (values.why) {
  for (const { name, tasks } of runs[0])
    for (const { duration, script } of tasks)
      if (duration >= LONG) console.log(`${name}: ${Math.round(duration)} ms ${script}`)
}
