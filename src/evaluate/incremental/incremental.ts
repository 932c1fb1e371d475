/** @module `--protocol incremental`: compares quality and cost of ways to keep a model up to date, period by period. */

import { invalidInput } from '@nearside/core/error.ts'
import { isOutOf } from '@nearside/train/holdout.ts'
import { processorSeconds } from '@nearside/train/processorSeconds.ts'
import { readShop } from '@nearside/train/shop/read.ts'
import { formatDay } from '@nearside/train/shop/time.ts'
import { describeLeftOut } from '@nearside/train/shop/wrongLines.ts'
import { LEAST_SHOPPERS } from '../cases.ts'
import { armsTable, liftsPart } from '../report/armsTable.ts'
import { count, fixed, share } from '../report/numbers.ts'
import { type Evaluated, type Part, tableOf } from '../report/report.ts'
import { type Arm, type Envelope, summariseArms } from '../results.ts'
import type { Steps } from '../steps.ts'
import { casesIn, readCut, spansOf } from './periods.ts'
import { FIRST_PERIODS, HOLDOUT, PERIOD_METRICS, runUpdates, UPDATE_ARMS } from './updates.ts'

const REFERENCE = 'full'

export interface IncrementalQuestion {
  readonly shop: string
  /** Periods: `week`, `month`, or a file of dates. */
  readonly periods: string
  readonly seed: number
  /** Current time, milliseconds since the epoch; later events are left out. */
  readonly now: number
}

/** Result that `--json` writes. */
interface IncrementalResult extends Envelope {
  readonly protocol: 'incremental'
  readonly items: number
  readonly periods: readonly {
    readonly from: string
    readonly events: number
    /** Number of test cases in this period; null for the first periods, which serve for training only. */
    readonly cases: number | null
    /** Description of the update before this period; null if nothing was updated. */
    readonly update: string | null
  }[]
  readonly reference: string
  /** Arms. `seconds` has the processor seconds of each update of an arm, without the first training. */
  readonly arms: readonly (Arm & { readonly seconds: readonly number[] })[]
}

export async function evaluateIncremental(
  question: IncrementalQuestion,
  steps: Steps,
): Promise<Evaluated<IncrementalResult>> {
  const started = processorSeconds()
  const shop = await readShop(question.shop, question.now)
  const reading = processorSeconds() - started
  const { items, shoppers } = shop
  if (items.length < 2) throw invalidInput('a shop with fewer than two items has nothing to rank')
  const spans = spansOf(await readCut(question.periods), shop.from, shop.to)
  if (spans.length < FIRST_PERIODS + 2)
    throw invalidInput(
      `the log covers ${spans.length} periods, but at least ${FIRST_PERIODS + 2} are needed: ${FIRST_PERIODS} to train the first model, one to update it, one to test it; choose shorter --periods`,
    )
  const isOut = isOutOf(HOLDOUT, question.seed)
  const held = shoppers.filter(({ id }) => isOut(id))
  const asked = spans.slice(FIRST_PERIODS).map((span, p) => {
    const cases = held
      .map((shopper) => casesIn(span, shopper, shop.dayOnly))
      .filter(({ length }) => length > 0)
    // This check comes before hours of training.
    if (cases.length < LEAST_SHOPPERS)
      throw invalidInput(
        `period ${FIRST_PERIODS + p + 1} has ${cases.length} held-out shoppers with an order; at least ${LEAST_SHOPPERS} are needed: choose longer --periods`,
      )
    return cases.flat().length
  })
  const { rows, seconds, did } = await runUpdates(shop, spans, question, reading, steps)
  const names = Object.keys(UPDATE_ARMS)
  const others = names.filter((name) => name !== REFERENCE)
  const found = summariseArms(rows, question.seed, {
    names,
    pairs: others.map((name) => [name, REFERENCE]),
    isEstimated: () => true,
  })
  const arms = found.arms.map((arm, a) => ({ ...arm, seconds: seconds[a] }))
  const events = shoppers.flatMap(({ interactions }) => interactions)
  const periods = spans.map((span, p) => ({
    from: formatDay(span.from),
    events: events.filter(({ time }) => time >= span.from && time < span.to).length,
    update: did[p - FIRST_PERIODS - 1] ?? null,
    cases: asked[p - FIRST_PERIODS] ?? null,
  }))
  const result: IncrementalResult = {
    protocol: 'incremental',
    shop: shop.name,
    // Start of the first tested period; the first model is trained on everything before it.
    until: periods[FIRST_PERIODS].from,
    seed: question.seed,
    shoppers: rows.byShopper.length,
    cases: asked.reduce((sum, cases) => sum + cases, 0),
    items: items.length,
    periods,
    reference: REFERENCE,
    arms,
    lifts: found.lifts,
    shoppersWorse: null,
  }
  return {
    result,
    report: {
      title: `Incremental updates: ${shop.name}`,
      lead: [
        `${shop.name}: ${periods.length} periods from ${periods[0].from} on; updated with one, tested on the next; ${count(result.cases)} cases of ${count(result.shoppers)} shoppers whom no training saw`,
        `Means over shoppers; 95 % intervals by bootstrap over shoppers; seed ${question.seed}`,
      ],
      parts: [
        { title: 'All tested periods', table: armsTable(arms, PERIOD_METRICS, UPDATE_ARMS) },
        liftsPart(found.lifts),
        costs(arms, periods),
      ],
      notes: describeLeftOut(shop.leftOut),
    },
  }
}

/** Cost of each update and of all together, relative to full training. */
function costs(arms: IncrementalResult['arms'], periods: IncrementalResult['periods']): Part {
  const of = (name: string) => arms.find((arm) => arm.name === name)?.seconds ?? []
  const [updated, full] = [of('updated'), of(REFERENCE)]
  const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0)
  const rows = [
    ...updated.map((part, u) => ({ ...periods[FIRST_PERIODS + 1 + u], part, whole: full[u] })),
    { from: 'all', part: total(updated), whole: total(full), update: null },
  ]
  return {
    title: 'CPU seconds, including reading the log',
    table: tableOf(
      rows,
      {
        before: ({ from }) => from,
        updated: ({ part }) => fixed(part, 1),
        [REFERENCE]: ({ whole }) => fixed(whole, 1),
        share: ({ part, whole }) => share(part / whole),
        'what the update did': ({ update }) => update ?? '',
      },
      true,
    ),
  }
}
