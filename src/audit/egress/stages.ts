/** @module Runs two stages of a proof: a shopper's visit, and all probes (scripts that try to leak data). */
import type { BrowserContext, Page, Worker } from 'playwright-core'
import type { Sent } from './flows.ts'
import { type Finding, judge, type Rules, type Verdict } from './judge.ts'
import { createMarkFinder } from './marks.ts'
import { PROBES, type Probe, scriptOf } from './probes.ts'
import type { ShopperScript, Visit } from './visit.ts'

/** A browser that is observed from start to end. */
export interface Watched {
  readonly context: BrowserContext
  sent(): Promise<Sent[]>
  /** Closes the browser; returns all data that it sent. */
  end(): Promise<Sent[]>
}

const PATIENCE_MS = 120_000
/** Longest wait for workers, milliseconds; the wait needs a limit, because a shop can have no worker. */
const WORKERS_MS = 60_000
/** Milliseconds without a new trace of a probe, after which the wait for traces ends. */
const QUIET_MS = 10_000

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Waits until `holds` is true or the time is over. @returns whether `holds` became true */
async function patiently(holds: () => Promise<boolean> | boolean, ms: number): Promise<boolean> {
  const end = Date.now() + ms
  while (!(await holds())) {
    if (Date.now() > end) return false
    await wait(1000)
  }
  return true
}

export interface ShopperOutcome extends Verdict {
  readonly events: number
  readonly marks: { readonly planted: number; readonly held: number | null; readonly found: number }
}

export async function watchShopper(
  { context, end }: Watched,
  script: ShopperScript,
  visit: Omit<Visit, 'page' | 'context'> & { readonly idle: number },
  settled: () => Promise<void>,
  rules: Omit<Rules, 'marks'>,
): Promise<{ readonly outcome: ShopperOutcome; readonly serviceWorker: string | null }> {
  const { idle, say } = visit
  const { ids, titles, queries, prices, times } = visit.marks
  const all = [ids, titles, queries, prices, times].flat()
  const page = await context.newPage()
  const { events, held } = await script.shop({ ...visit, page, context }, settled)
  say(`${events} events made; idle for ${idle} s`)
  // First lets the shop load to the end, because going offline would stop it at a random point.
  await settled()
  const serviceWorker = await page.evaluate(async () => {
    const registered = await navigator.serviceWorker?.getRegistration()
    return registered?.active?.scriptURL ?? null
  })
  // Half of the time passes offline, because data held back would leave on reconnection.
  await context.setOffline(true)
  await wait(idle * 500)
  await context.setOffline(false)
  await wait(idle * 500)
  await page.close({ runBeforeUnload: true })
  await wait(2000)
  const verdict = judge(await end(), { ...rules, marks: createMarkFinder(all) })
  const found = new Set(verdict.findings.flatMap((finding) => finding.marks)).size
  const kept = held === undefined ? null : all.filter((mark) => held.includes(String(mark))).length
  const outcome = { ...verdict, events, marks: { planted: all.length, held: kept, found } }
  return { outcome, serviceWorker }
}

/** Result of a probe. `found`: in the sent data; `nothing`: no trace; `no worker`: no worker could be started. */
export type Trace = 'found' | 'nothing' | 'no worker'

/**
 * Tries every probe on the shop's home page and in its workers.
 * @param serviceWorker URL of the shop's service worker, if it has one
 * @param least minimum number of milliseconds to wait for traces; the wait continues as long as new traces arrive
 * @returns the trace of each probe, in the sequence of `PROBES`
 */
export async function tryProbes(
  { context, sent, end }: Watched,
  url: string,
  serviceWorker: string | null,
  mark: () => string,
  least: number,
  rules: Omit<Rules, 'marks'>,
): Promise<Trace[]> {
  const run = mark().toLowerCase()
  const tried = PROBES.map((probe, at) => ({ probe, mark: mark(), host: `p${at}.${run}.test` }))
  const page = await context.newPage()
  let learns: string | null = null
  page.on('worker', (worker) => {
    learns ??= worker.url()
  })
  await page.goto(url)
  await patiently(() => learns !== null && context.serviceWorkers().length > 0, WORKERS_MS)
  const worker = learns === null ? null : await workerOf(learns, page, context)
  const without = new Set<Probe>()
  for (const { probe, mark, host } of tried) {
    const place = await placeOf(probe, page, context, url, worker, serviceWorker)
    if (place === undefined) without.add(probe)
    // A script that leaves its page or is stopped never finishes, so the wait is limited.
    const done = (place as Page | undefined)?.evaluate(scriptOf(probe, mark, host))
    await Promise.race([done, wait(5000)]).catch(() => undefined)
  }
  const finder = createMarkFinder(tried.map(({ mark }) => mark))
  const traces = (all: readonly Sent[]) => {
    const { findings } = judge(all, { ...rules, marks: finder })
    return tried.map(({ probe, mark, host }): Trace => {
      if (without.has(probe)) return 'no worker'
      return findings.some((finding) => tells(finding, mark, host)) ? 'found' : 'nothing'
    })
  }
  // Without a screen, the browser fetches the page's app manifest only on request.
  const tools = await context.newCDPSession(page)
  await tools.send('Page.getAppManifest').catch(() => undefined)
  const begun = Date.now()
  let seen = { count: 0, at: begun }
  await patiently(async () => {
    const all = traces(await sent())
    const count = all.filter((trace) => trace === 'found').length
    if (count > seen.count) seen = { count, at: Date.now() }
    const isOver = !all.includes('nothing') || Date.now() - seen.at > QUIET_MS
    return isOver && Date.now() - begun > least
  }, PATIENCE_MS)
  return traces(await end())
}

/** Whether a finding belongs to a probe, by its mark, its host, or half of a mark split over two requests. */
function tells({ what, marks }: Finding, mark: string, host: string): boolean {
  const half = mark.length / 2
  const parts = [host, mark.slice(0, half), mark.slice(half)]
  return marks.includes(mark) || parts.some((part) => what.includes(part))
}

/**
 * The worker that learns. A vault's worker refuses to work without its security policy, and would end before all probes
 * have run, so it is started here, alone, from the vault's page.
 */
async function workerOf(script: string, page: Page, context: BrowserContext): Promise<Worker> {
  if (new URL(script).origin === new URL(page.url()).origin) return page.workers()[0]
  const vault = await context.newPage()
  await vault.goto(new URL('../vault.html', script).href)
  const started = vault.waitForEvent('worker')
  const policy = `trustedTypes.createPolicy('nearside-vault', { createScriptURL: (url) => url })`
  const url = `${policy}.createScriptURL(${JSON.stringify(script)})`
  await vault.evaluate(`void (globalThis.started = new Worker(${url}, { type: 'module' }))`)
  return started
}

/**
 * The shop's service worker. Wakes it, because Chromium stops an idle service worker until a page of the shop needs it.
 * Registers it, as a classic script or a module, if the shop itself does so only under its security policy, which the
 * first of the two runs removes.
 * @returns undefined if there is no service worker, or the browser refuses it
 */
async function serviceWorkerOf(
  context: BrowserContext,
  url: string,
  script: string | null,
): Promise<Worker | undefined> {
  const [running] = context.serviceWorkers()
  if (running !== undefined || script === null) return running
  const options = { timeout: WORKERS_MS }
  const started = context.waitForEvent('serviceworker', options).catch(() => undefined)
  const page = await context.newPage()
  await page.goto(url, { waitUntil: 'domcontentloaded' })
  const register = page.evaluate(async (script) => {
    const { serviceWorker } = navigator
    await serviceWorker
      .register(script)
      .catch(() => serviceWorker.register(script, { type: 'module' }))
  }, script)
  return register.then(
    () => started,
    () => undefined,
  )
}

async function placeOf(
  { where }: Probe,
  page: Page,
  context: BrowserContext,
  url: string,
  worker: Worker | null,
  serviceWorker: string | null,
): Promise<Page | Worker | undefined> {
  if (where === 'worker') return worker ?? undefined
  if (where === 'service worker') return serviceWorkerOf(context, url, serviceWorker)
  if (where === 'page') return page
  const own = await context.newPage()
  await own.goto(url, { waitUntil: 'domcontentloaded' })
  return own
}
