/**
 * @module `--protocol incremental --incremental periods`: keep a model up to date period after
 * period in several ways; what does each reach on the next period, and what does it cost?
 */
import { readFile } from 'node:fs/promises'
import { CLICK_SETTINGS, runClickPeriods } from '../../evaluation/periods/clickPeriods.ts'
import { TERMS } from '../../evaluation/periods/clickTerms.ts'
import { sessionsByPeriod, spansOf } from '../../evaluation/periods/cut.ts'
import { type ArmSummary, summarisePeriods } from '../../evaluation/periods/results.ts'
import { cleanShoppers } from '../../evaluation/prepare.ts'
import { createRandom } from '../../model/random.ts'
import { fitNewton } from '../../pretrain/ranker/newton.ts'
import { readShop } from '../../pretrain/shop/read.ts'
import type { Shop } from '../../pretrain/shop/shop.ts'
import { NearsideError } from '../../protocol/error.ts'
import type { CommandContext } from '../command.ts'
import { parseDate } from './load.ts'
import { formatPeriods } from './periodsTable.ts'

export interface PeriodsQuestion {
  readonly shop: string
  /** `week`, `month`, or a file of dates. */
  readonly periods: string
  /** Share of a period's sessions that are tested. */
  readonly tested: number
  readonly seed: number
  readonly now: number
}

/** What `--json` holds. */
export interface PeriodsResult {
  readonly protocol: 'incremental'
  readonly compared: 'periods'
  readonly shop: string
  readonly next: 'click'
  readonly seeds: readonly number[]
  readonly settings: unknown
  readonly items: number
  /** Sessions or shoppers tested. */
  readonly shoppers: number
  readonly periods: readonly PeriodSummary[]
  /** The arm that the others are compared with. */
  readonly reference: string
  readonly arms: readonly ArmSummary[]
  /** The same without the tested periods on which settings were chosen. */
  readonly later: { readonly from: number; readonly arms: readonly ArmSummary[] }
}

export interface PeriodSummary {
  readonly from: string
  readonly events: number
  /** Asked for in this period; null for the first, which is only learned from. */
  readonly cases: number | null
  /** Left out: on items that no period before has shown. */
  readonly unknown: number | null
}

const SEEDS = 3
/** Pull of the fit to where it began, in cases. */
const RIDGE = 1
/** Tested periods that were looked at while settings were chosen. */
const CHOSEN_ON = 9

export async function evaluatePeriods(
  question: PeriodsQuestion,
  context: CommandContext,
): Promise<PeriodsResult> {
  const shop = await readShop(question.shop)
  const { shoppers } = cleanShoppers(shop.shoppers, shop.items.length, question.now)
  const spans = spansOf(await cutOf(question.periods), shop.from, Math.min(shop.to, question.now))
  const result = await evaluateClicks(shop, sessionsByPeriod(shoppers, spans), question, context)
  const periods = result.periods.map((one, p) => ({
    ...one,
    from: new Date(spans[p].from).toISOString().slice(0, 10),
  }))
  const whole = { ...result, periods }
  context.progress.clear()
  for (const line of formatPeriods(whole)) context.print(line)
  return whole
}

async function evaluateClicks(
  shop: Shop,
  sessions: ReturnType<typeof sessionsByPeriod>,
  question: PeriodsQuestion,
  { progress, signal }: CommandContext,
): Promise<PeriodsResult> {
  const longer = sessions.map((all) => all.filter(({ length }) => length > 1).length)
  const empty = longer.indexOf(0)
  if (empty >= 0)
    throw new NearsideError(
      'input-invalid',
      `period ${empty + 1} of ${sessions.length} has no session of two clicks: choose longer --periods`,
    )
  const seeds = Array.from({ length: SEEDS }, (_, k) => question.seed + k)
  const { results, asked } = await runClickPeriods(shop.items.length, sessions, {
    seeds,
    testedShare: question.tested,
    clock: processorSeconds,
    fit: (table, centre) => fitNewton(table, SCALE, { l2: RIDGE, frozen: NONE, centre }),
    onProgress: async (label, done, total) => {
      progress.update(label, done, total)
      // Lets Ctrl-C be heard between two steps.
      await new Promise((resolve) => setImmediate(resolve))
      if (signal.aborted) throw new NearsideError('aborted', 'the evaluation was stopped')
    },
  })
  const reference = 'full'
  const from = Math.min(CHOSEN_ON + 1, sessions.length - 1)
  const summary = (only: (period: number) => boolean) =>
    summarisePeriods(results, reference, createRandom(question.seed), only)
  return {
    protocol: 'incremental',
    compared: 'periods',
    shop: shop.name,
    next: 'click',
    seeds,
    settings: CLICK_SETTINGS,
    items: shop.items.length,
    shoppers: results.shoppers,
    reference,
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

/** The terms are logarithms already. */
const SCALE = new Float32Array(TERMS.length).fill(1)
const NONE: ReadonlySet<number> = new Set()

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
