/**
 * @module `--protocol incremental --incremental periods`: keep a model up to date period after
 * period in several ways; what does each reach on the next period, and what does it cost?
 */
import { readFile } from 'node:fs/promises'
import type { CommandContext } from '../../cli/command.ts'
import { NearsideError } from '../../core/error.ts'
import type { ShopperHistory } from '../../core/features/cases.ts'
import { eventStrength } from '../../core/features/strength.ts'
import { createRandom } from '../../core/model/random.ts'
import { isHeldOut } from '../../train/holdout.ts'
import { fitNewton } from '../../train/ranker/newton.ts'
import { DEFAULT_RANKER } from '../../train/ranker/trainRanker.ts'
import { readShop } from '../../train/shop/read.ts'
import type { Shop } from '../../train/shop/shop.ts'
import { describeLeftOut } from '../../train/shop/wrongLines.ts'
import { type Envelope, liftsOver } from '../envelope.ts'
import { CLICK_SETTINGS, runClickPeriods } from '../periods/clickPeriods.ts'
import { TERMS } from '../periods/clickTerms.ts'
import { type Span, sessionsByPeriod, spansOf } from '../periods/cut.ts'
import { type ArmSummary, summarisePeriods } from '../periods/results.ts'
import { LEAST_SHOPPERS } from '../prepare.ts'
import { parseDate } from './load.ts'
import { FIRST_PERIODS, ORDER_SETTINGS, runOrderPeriods } from './orderPeriods.ts'
import { formatPeriods } from './periodsTable.ts'

export interface PeriodsQuestion {
  readonly shop: string
  /** `week`, `month`, or a file of dates. */
  readonly periods: string
  /** Share of a period's sessions that are tested. */
  readonly tested: number
  readonly seed: number
  /** How many, from `seed` on. */
  readonly seeds: number
  readonly now: number
}

/** What `--json` holds. */
export interface PeriodsResult extends Envelope {
  readonly protocol: 'incremental'
  readonly compared: 'periods'
  readonly next: 'click' | 'order'
  readonly seeds: readonly number[]
  readonly settings: unknown
  readonly items: number
  readonly periods: readonly PeriodSummary[]
  /** The arm that the others are compared with. */
  readonly reference: string
  /** Means by their metric's name, beside what they are the means of. */
  readonly arms: readonly (ArmSummary & { readonly [metric: string]: unknown })[]
  /** The same without the tested periods that were looked at while settings were chosen. */
  readonly later: { readonly from: number; readonly arms: readonly ArmSummary[] } | null
}

export interface PeriodSummary {
  readonly from: string
  readonly events: number
  /** Asked for in this period; null for the first, which is only learned from. */
  readonly cases: number | null
  /** Left out: on items that no period before has shown. */
  readonly unknown: number | null
}

const REFERENCE = 'full'
/** Share of shoppers whom no training sees, of an order shop. */
const HOLDOUT = 0.2
/** Pull of a click ranker's fit to where it began, in cases. */
const RIDGE = 1
/** Tested periods that were looked at while settings were chosen. */
const CHOSEN_ON = 9

export async function evaluatePeriods(
  question: PeriodsQuestion,
  context: CommandContext,
): Promise<PeriodsResult> {
  const shop = await readShop(question.shop, question.now)
  const { items, shoppers } = shop
  if (items.length < 2) throw refusal('a shop with fewer than two items has nothing to rank')
  if (shoppers.length < LEAST_SHOPPERS)
    throw refusal(
      `the log knows ${shoppers.length} shoppers or sessions; at least ${LEAST_SHOPPERS} are needed for an interval`,
    )
  const spans = spansOf(await cutOf(question.periods), shop.from, shop.to)
  const measured = isOrderShop(shoppers)
    ? await evaluateOrders(shop, spans, question, context)
    : await evaluateClicks(shop, sessionsByPeriod(shoppers, spans), question, context)
  const periods = measured.periods.map((one, p) => ({ ...one, from: isoDay(spans[p].from) }))
  const result: PeriodsResult = {
    protocol: 'incremental',
    compared: 'periods',
    shop: shop.name,
    // The first that is tested; the first model is trained on what lies before.
    until: periods.find(({ cases }) => cases !== null)?.from ?? isoDay(shop.to),
    seed: question.seed,
    cases: periods.reduce((sum, { cases }) => sum + (cases ?? 0), 0),
    ...measured,
    items: items.length,
    periods,
    reference: REFERENCE,
    arms: measured.arms.map((arm) => ({ ...arm, ...meansOf(arm) })),
    lifts: liftsOver(REFERENCE, measured.arms),
    shoppersWorse: null,
  }
  context.progress.clear()
  for (const line of formatPeriods(result)) context.print(line)
  for (const note of describeLeftOut(shop.leftOut)) context.print(`Note: ${note}.`)
  return result
}

/** What both kinds of shop measure. */
type Measured = Pick<
  PeriodsResult,
  'next' | 'seeds' | 'settings' | 'shoppers' | 'periods' | 'later'
> & {
  readonly arms: readonly ArmSummary[]
}

function meansOf({ metrics }: ArmSummary): Record<string, number> {
  return Object.fromEntries(Object.entries(metrics).map(([name, { mean }]) => [name, mean]))
}

function isoDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

function refusal(why: string): NearsideError {
  return new NearsideError('input-invalid', why)
}

/** Whether most of what the log knows are purchases: then the next order is asked for. */
function isOrderShop(shoppers: readonly ShopperHistory[]): boolean {
  let purchases = 0
  let others = 0
  for (const { interactions } of shoppers)
    for (const { name } of interactions) {
      if (name === 'purchase') purchases++
      else if (eventStrength(name) > 0) others++
    }
  return purchases > others
}

async function evaluateOrders(
  { items, shoppers, dayOnly }: Shop,
  spans: readonly Span[],
  question: PeriodsQuestion,
  context: CommandContext,
): Promise<Measured> {
  if (spans.length < FIRST_PERIODS + 2)
    throw refusal(
      `the log spans ${spans.length} periods; the first ${FIRST_PERIODS} train the first model, and at least two more are needed to update it and test it`,
    )
  const seeds = seedsOf(question)
  const { results, asked } = await runOrderPeriods({
    items,
    shoppers,
    dayOnly,
    spans,
    isHeldOut: (id) => isHeldOut(id, HOLDOUT, question.seed),
    seeds,
    fit: (scale) => (table, centre) =>
      fitNewton(table, scale, { l2: DEFAULT_RANKER.l2, frozen: NONE, centre }),
    clock: processorSeconds,
    onProgress: reporter(context),
  })
  const empty = asked.findIndex(({ shoppers: count }) => count < LEAST_SHOPPERS)
  if (empty >= 0)
    throw refusal(
      `period ${FIRST_PERIODS + empty + 1} has ${asked[empty].shoppers} held-out shoppers with an order; at least ${LEAST_SHOPPERS} are needed: choose longer --periods`,
    )
  const events = spans.map(({ from, to }) =>
    shoppers.reduce(
      (sum, { interactions }) =>
        sum + interactions.filter(({ time }) => time >= from && time < to).length,
      0,
    ),
  )
  return {
    next: 'order',
    seeds,
    settings: ORDER_SETTINGS,
    shoppers: results.shoppers,
    periods: events.map((count, p) => ({
      from: '',
      events: count,
      cases: asked[p - FIRST_PERIODS]?.cases ?? null,
      unknown: null,
    })),
    arms: summarisePeriods(results, REFERENCE, createRandom(question.seed)),
    later: null,
  }
}

async function evaluateClicks(
  shop: Shop,
  sessions: ReturnType<typeof sessionsByPeriod>,
  question: PeriodsQuestion,
  context: CommandContext,
): Promise<Measured> {
  requireSessions(sessions.map((all) => all.filter(({ length }) => length > 1).length))
  const seeds = seedsOf(question)
  const { results, asked } = await runClickPeriods(shop.items.length, sessions, {
    seeds,
    testedShare: question.tested,
    clock: processorSeconds,
    fit: (table, centre) => fitNewton(table, SCALE, { l2: RIDGE, frozen: NONE, centre }),
    onProgress: reporter(context),
  })
  requireSessions([LEAST_SHOPPERS, ...asked.map(({ sessions: tested }) => tested)])
  const from = Math.min(CHOSEN_ON + 1, sessions.length - 1)
  const summary = (only: (period: number) => boolean) =>
    summarisePeriods(results, REFERENCE, createRandom(question.seed), only)
  return {
    next: 'click',
    seeds,
    settings: CLICK_SETTINGS,
    shoppers: results.shoppers,
    periods: sessions.map((all, p) => ({
      from: '',
      events: all.reduce((sum, { length }) => sum + length, 0),
      cases: p > 0 ? asked[p - 1].cases : null,
      unknown: p > 0 ? asked[p - 1].unknown : null,
    })),
    arms: summary(() => true),
    later: { from, arms: summary((period) => period >= from) },
  }
}

/** @param counts sessions of each period that can be asked for */
function requireSessions(counts: readonly number[]): void {
  const short = counts.findIndex((count) => count < LEAST_SHOPPERS)
  if (short < 0) return
  throw refusal(
    `period ${short + 1} of ${counts.length} has ${counts[short]} sessions of two clicks or more on known items to ask for; at least ${LEAST_SHOPPERS} are needed for an interval: choose longer --periods or a larger --tested`,
  )
}

/** The terms are logarithms already. */
const SCALE = new Float32Array(TERMS.length).fill(1)
const NONE: ReadonlySet<number> = new Set()

function seedsOf({ seed, seeds }: PeriodsQuestion): number[] {
  return Array.from({ length: seeds }, (_, k) => seed + k)
}

function reporter({ progress, signal }: CommandContext) {
  return async (label: string, done: number, total: number) => {
    progress.update(label, done, total)
    // Lets Ctrl-C be heard between two steps.
    await new Promise((resolve) => setImmediate(resolve))
    if (signal.aborted) throw new NearsideError('aborted', 'the evaluation was stopped')
  }
}

function processorSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

async function cutOf(text: string): Promise<'week' | 'month' | readonly number[]> {
  if (text === 'week' || text === 'month') return text
  const lines = await readFile(text, 'utf8').catch((error) => {
    throw NearsideError.from(error, 'input-invalid', `--periods ${text}: neither week nor month`)
  })
  const dates = lines.split(/\r?\n/).filter((line) => line.trim() !== '')
  return dates.map((date) => parseDate(date.trim())).sort((a, b) => a - b)
}
