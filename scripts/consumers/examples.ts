/**
 * @module Tests an example shop: a list, a click, a reload, no layout shift. A second visit tests that lists and clicks
 * work if the worker's file can't be loaded.
 */
import { idsOn, openPage, picture, search, settle } from './page.ts'
import { report } from './tally.ts'

export const SHOPS = ['vite-react', 'vue', 'html', 'next'] as const
export type Shop = (typeof SHOPS)[number]

/** Matches the address of each shop's worker file, because builds can rename that file. */
const WORKER_FILE: Partial<Record<Shop, RegExp>> = {
  html: /\/nearside\/worker\.js$/,
  'vite-react': /\/assets\/worker-[^/]+\.js$/,
  vue: /\/assets\/worker-[^/]+\.js$/,
}

/** Highest layout shift that Google calls "good". @see https://web.dev/articles/cls */
const GOOD_SHIFT = 0.1

export async function drive(name: Shop, address: string): Promise<void> {
  const { context, page, said } = await openPage()
  await page.addInitScript(watchShifts)

  const html = await (await fetch(address)).text()
  const policy = (await fetch(address)).headers.get('content-security-policy') ?? ''
  const strict = /script-src 'self'/.test(policy) && /worker-src 'self'/.test(policy)
  report(name, 'is served under a strict policy', strict ? '' : policy || 'no policy')

  await page.goto(address)
  await settle(page, (ids, status) => ids.length === 8 && status)
  const first = await idsOn(page)
  report(name, 'shows a list', first.length === 8 ? '' : `${first.length} items`)
  if (name === 'next') {
    const sent = [...html.matchAll(/data-item="([^"]+)"/g)].map(([, id]) => id)
    const same = sent.join() === first.join()
    report(
      name,
      'the server renders the list that a new shopper keeps',
      same ? '' : `${sent} ≠ ${first}`,
    )
  }

  await page.locator('[data-item] a').nth(2).click()
  await settle(page, (ids) => ids.length === 8 && ids.join() !== first.join())
  const second = await idsOn(page)
  report(name, 'a click changes the list', second.join() === first.join() ? 'unchanged' : '')

  const engine = page.getByText(/\b(wasm|wgsl|webgpu)\b/i).first()
  const learned = await engine.waitFor({ timeout: 180_000 }).then(
    () => '',
    () => 'no engine was loaded',
  )
  report(name, 'its worker loads an engine and learns', learned)

  await page.reload()
  await settle(page, (ids) => ids.join() === second.join())
  const third = await idsOn(page)
  report(
    name,
    'a reload keeps the changed list',
    third.join() === second.join() ? '' : `${third} ≠ ${second}`,
  )

  const { total, moved } = await page.evaluate(
    () => (globalThis as unknown as { shifts: Shifts }).shifts,
  )
  const jumped = total < GOOD_SHIFT ? '' : moved.join(', ')
  report(name, `nothing jumps (layout shift ${total.toFixed(3)})`, jumped)
  if (name === 'html') {
    report(name, 'its search box finds and narrows', await search(page, 'Search products', 'mug'))
  }
  report(name, 'nothing in the console', said.join(' | '))
  await picture(page, name)
  await context.close()
}

/** Tests that the page ranks by itself if the worker's file is missing, e.g. removed by a blocker. */
export async function driveWithoutWorker(name: Shop, address: string): Promise<void> {
  const file = WORKER_FILE[name]
  if (!file) return
  const { context, page } = await openPage()
  let blocked = 0
  await context.route(file, (route) => {
    blocked++
    return route.abort()
  })
  await page.goto(address)
  await settle(page, (ids, status) => ids.length === 8 && status)
  const first = await idsOn(page)
  await page.locator('[data-item] a').nth(2).click()
  await settle(page, (ids) => ids.length === 8 && ids.join() !== first.join())
  const second = await idsOn(page)
  const problem = blocked === 0 ? 'nothing was blocked' : first.length < 8 ? 'no list' : ''
  const unchanged = second.join() === first.join() ? 'a click changes nothing' : ''
  report(name, 'works without its worker’s file', problem || unchanged)
  await context.close()
}

interface Shifts {
  total: number
  moved: string[]
}

interface LayoutShift extends PerformanceEntry {
  readonly value: number
  readonly hadRecentInput: boolean
  readonly sources: readonly {
    readonly node: Node | null
    readonly previousRect: DOMRectReadOnly
    readonly currentRect: DOMRectReadOnly
  }[]
}

/** Runs in the page: sums the layout shifts without user input. @see https://web.dev/articles/cls */
function watchShifts(): void {
  const shifts: Shifts = { total: 0, moved: [] }
  Object.assign(globalThis, { shifts })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as LayoutShift[]) {
      if (entry.hadRecentInput) continue
      shifts.total += entry.value
      for (const { node, previousRect, currentRect } of entry.sources)
        shifts.moved.push(`${node?.nodeName} ${previousRect.y} → ${currentRect.y}`)
    }
  }).observe({ type: 'layout-shift', buffered: true })
}
