/**
 * @module `--protocol incremental`: keep a model up to date period after period. What does each way
 * reach on the next period, and what does it cost?
 */
import { readFile } from 'node:fs/promises'
import { NearsideError } from '../../core/error.ts'
import { createRandom } from '../../core/model/random.ts'
import { isHeldOut } from '../../train/holdout.ts'
import { readShop } from '../../train/shop/read.ts'
import { describeLeftOut } from '../../train/shop/wrongLines.ts'
import { eventsIn } from '../../train/update/orderBook.ts'
import type { Work } from '../../train/update/work.ts'
import { isoDay, LEAST_SHOPPERS } from '../cases.ts'
import { type Envelope, liftsOver } from '../envelope.ts'
import { parseDate } from '../load.ts'
import { change, count, decimal, estimate, fixed, share } from '../report/numbers.ts'
import type { Evaluated, Part } from '../report/report.ts'
import type { Steps } from '../steps.ts'
import { type ArmResult, summarisePeriods } from './results.ts'
import { spansOf } from './spans.ts'
import { FIRST_PERIODS, runUpdates, UPDATE_SETTINGS } from './updates.ts'

export interface IncrementalQuestion {
  readonly shop: string
  /** `week`, `month`, or a file of dates. */
  readonly periods: string
  readonly seed: number
  /** Milliseconds since the epoch; later events are left out. */
  readonly now: number
}

/** What `--json` holds. */
export interface IncrementalResult extends Envelope {
  readonly protocol: 'incremental'
  readonly settings: typeof UPDATE_SETTINGS
  readonly items: number
  readonly periods: readonly {
    readonly from: string
    readonly events: number
    /** Asked for in this period; null for the first ones, which are only learned from. */
    readonly cases: number | null
  }[]
  /** The arm that the others are compared with. */
  readonly reference: string
  /** Means by their metric's name, beside what they are the means of. */
  readonly arms: readonly (ArmResult & { readonly [metric: string]: unknown })[]
}

const REFERENCE = 'full'
/** Share of shoppers whom no training sees. */
const HOLDOUT = 0.2

export async function evaluateIncremental(
  question: IncrementalQuestion,
  steps: Steps,
): Promise<Evaluated<IncrementalResult>> {
  const shop = await readShop(question.shop, question.now)
  const { items, shoppers, dayOnly } = shop
  if (items.length < 2) throw refusal('a shop with fewer than two items has nothing to rank')
  const spans = spansOf(await cutOf(question.periods), shop.from, shop.to)
  if (spans.length < FIRST_PERIODS + 2)
    throw refusal(
      `the log spans ${spans.length} periods; the first ${FIRST_PERIODS} train the first model, and at least two more are needed to update it and test it`,
    )
  const { results, asked } = await runUpdates(
    {
      items,
      shoppers,
      dayOnly,
      spans,
      isHeldOut: (id) => isHeldOut(id, HOLDOUT, question.seed),
      seed: question.seed,
      clock: processorSeconds,
    },
    steps,
  )
  const empty = asked.findIndex(({ shoppers: found }) => found < LEAST_SHOPPERS)
  if (empty >= 0)
    throw refusal(
      `period ${FIRST_PERIODS + empty + 1} has ${asked[empty].shoppers} held-out shoppers with an order; at least ${LEAST_SHOPPERS} are needed: choose longer --periods`,
    )
  const arms = summarisePeriods(results, REFERENCE, createRandom(question.seed))
  const periods = spans.map((span, p) => ({
    from: isoDay(span.from),
    events: eventsIn(shoppers, span),
    cases: asked[p - FIRST_PERIODS]?.cases ?? null,
  }))
  const result: IncrementalResult = {
    protocol: 'incremental',
    shop: shop.name,
    // The first that is tested; the first model is trained on what lies before.
    until: periods[FIRST_PERIODS].from,
    seed: question.seed,
    shoppers: results.shoppers,
    cases: asked.reduce((sum, { cases }) => sum + cases, 0),
    settings: UPDATE_SETTINGS,
    items: items.length,
    periods,
    reference: REFERENCE,
    arms: arms.map((arm) => ({ ...arm, ...meansOf(arm) })),
    lifts: liftsOver(REFERENCE, arms),
    shoppersWorse: null,
  }
  return {
    result,
    report: {
      title: `Incremental updates: ${shop.name}`,
      lead: [
        `${shop.name}: ${periods.length} periods from ${periods[0].from} on; updated with one, tested on the next; ${count(result.cases)} cases of ${count(result.shoppers)} shoppers whom no training saw`,
        `Means over periods; 95 % intervals by bootstrap over shoppers; seed ${question.seed}`,
      ],
      parts: periodParts(arms, REFERENCE),
      notes: describeLeftOut(shop.leftOut),
    },
  }
}

function periodParts(arms: readonly ArmResult[], reference: string): Part[] {
  const metrics = Object.keys(arms[0].metrics)
  const full = arms.find(({ name }) => name === reference)
  return [
    {
      title: 'All tested periods',
      table: {
        columns: ['arm', ...metrics.flatMap((name) => [name, `less ${reference}`]), 'what it is'],
        rows: arms.map((arm) => [
          arm.name,
          ...metrics.flatMap((name) => [
            estimate(arm.metrics[name]),
            arm.overReference ? estimate(arm.overReference[name], change) : '',
          ]),
          arm.describe,
        ]),
        prose: true,
      },
      chart: {
        kind: 'lines',
        alternative: `${metrics[0]} of each tested period, last one: ${arms.map(({ name, byPeriod }) => `${name} ${decimal(byPeriod.at(-1)?.[metrics[0]] ?? 0)}`).join(', ')}`,
        labelX: 'tested period',
        places: arms[0].byPeriod.map((_, p) => String(p + 1)),
        series: arms.map(({ name, byPeriod }) => ({
          name,
          values: byPeriod.map((values) => values[metrics[0]]),
        })),
      },
    },
    costs(
      `Cost of all updates after the first training, and its share of ${reference}'s`,
      arms.map(({ name, work }) => [name, work]),
      full?.work,
    ),
    costs(
      'The last of them alone',
      arms.map(({ name, lastWork }) => [name, lastWork]),
      full?.lastWork,
    ),
  ]
}

function costs(
  title: string,
  works: readonly (readonly [string, Work])[],
  full: Work | undefined,
): Part {
  const cell = (value: number, of: number | undefined, text: string) =>
    of !== undefined && of > 0 ? `${text} (${share(value / of)})` : text
  return {
    title,
    table: {
      columns: ['arm', 'events read', 'cases described', 'CPU seconds'],
      rows: works.map(([name, { events, cases, seconds }]) => [
        name,
        cell(events, full?.events, count(events)),
        cell(cases, full?.cases, count(cases)),
        cell(seconds, full?.seconds, fixed(seconds, 1)),
      ]),
    },
  }
}

function meansOf({ metrics }: ArmResult): Record<string, number> {
  return Object.fromEntries(Object.entries(metrics).map(([name, { mean }]) => [name, mean]))
}

function refusal(why: string): NearsideError {
  return new NearsideError('input-invalid', why)
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
