/** @module Report of a trial by its sales: one page for the shop's owner. */
import { count, fixed, lift, share } from '../report/numbers.ts'
import { type Evaluated, type Part, tableOf } from '../report/report.ts'
import { daysText } from './answer.ts'
import type { MeasuredSales, Metric, MetricResult, SalesPlan } from './measureSales.ts'
import type { SaleArm } from './readSales.ts'

const ARMS: readonly SaleArm[] = ['personal', 'hold-out']

const METRIC: Readonly<Record<Metric, string>> = {
  orders: 'orders per visitor (conversion)',
  revenue: 'revenue per visitor',
  refunds: 'guardrail: refunds per order',
  margin: 'guardrail: margin per visitor',
}

type Ratio = Omit<MetricResult, 'metric'>

export function salesReport(measured: MeasuredSales): Evaluated<MeasuredSales> {
  const { from, to, answer, metrics, departments, plan, currency } = measured
  return {
    result: measured,
    report: {
      title: answer.answer,
      lead: [
        `${from} to ${to}, ${currency || 'no currency named'}: visitors with personal lists compared with the hold-out`,
        ...answer.because.slice(1),
        `What would change this: ${answer.change}`,
      ],
      parts: [
        armsPart(measured),
        ratios(
          'Personal over hold-out',
          metrics.map(({ metric, ...one }) => ({ name: METRIC[metric], ...one })),
        ),
        ...(departments.length > 0
          ? [
              ratios(
                'Revenue per visitor by department, personal arm relative to the hold-out',
                departments,
              ),
            ]
          : []),
        planPart(plan),
      ],
      notes: notesOf(measured),
    },
  }
}

export function planReport(plan: SalesPlan): Evaluated {
  return {
    result: { kind: 'plan', plan },
    report: {
      title: 'How long a hold-out must run',
      lead: [
        `No order carries an arm yet. The plan is for ${fixed(plan.ordersADay, 1)} orders per day, counted from ${plan.from} to ${plan.to}; only the first order of each named customer counts`,
      ],
      parts: [planPart(plan)],
      notes: [
        'to measure a trial, give orders with arms and a file of visitors',
        'a trial counts only browsers that take part; under persist “ask”, only browsers whose shopper agreed take part',
      ],
    },
  }
}

function armsPart({ arms, currency }: MeasuredSales): Part {
  const { refunds, margin } = arms.personal
  const money = (value: number) => `${fixed(value, 2)} ${currency}`.trim()
  return {
    title: 'Both arms',
    table: tableOf(ARMS, {
      arm: (arm) => arm,
      visitors: (arm) => count(arms[arm].visitors),
      orders: (arm) => count(arms[arm].orders),
      conversion: (arm) => share(arms[arm].orders / arms[arm].visitors),
      'average order': (arm) =>
        arms[arm].orders > 0 ? money(arms[arm].revenue / arms[arm].orders) : '–',
      'revenue per visitor': (arm) => money(arms[arm].revenue / arms[arm].visitors),
      ...(refunds !== null && {
        'refunds per order': (arm: SaleArm) =>
          money((arms[arm].refunds ?? 0) / Math.max(1, arms[arm].orders)),
      }),
      ...(margin !== null && {
        'margin per visitor': (arm: SaleArm) => money((arms[arm].margin ?? 0) / arms[arm].visitors),
      }),
    }),
    text: ['A visitor counts once per day. This table counts all orders with an arm'],
  }
}

function ratios(title: string, rows: readonly ({ readonly name: string } & Ratio)[]): Part {
  const liftOf = ({ ratio, lo, hi }: Ratio) =>
    ratio === null || hi === null ? null : { relative: ratio - 1, lo: lo - 1, hi: hi - 1 }
  return {
    title,
    table: tableOf(
      rows,
      {
        figure: ({ name }) => name,
        'change, 95 % interval': (one) => lift(liftOf(one)),
        proven: ({ proven }) => (proven ? `${proven.is}, on ${proven.on}` : 'no'),
      },
      true,
    ),
  }
}

function planPart({ trials, ordersADay }: SalesPlan): Part {
  return {
    title: `How long to run: days until four of five trials prove a lift, at ${fixed(ordersADay, 1)} orders per day`,
    table: tableOf(trials, {
      'lift to prove': ({ lift: planned }) => share(planned),
      'hold-out': (trial) => share(trial.share),
      'in orders': ({ days }) => daysText(days.orders),
      'in money': ({ days }) => daysText(days.revenue),
    }),
    text: [
      'With a larger hold-out, up to half, the trial ends sooner, but more visitors go without personal lists',
    ],
  }
}

function notesOf(measured: MeasuredSales): string[] {
  const { without, repeated, hasCustomers, inBothArms, emptyStores } = measured
  return [
    'you can look every day: for each line, the test calls equal arms different in at most 5 % of trials (Waudby-Smith and Ramdas 2024, doi 10.1093/jrsssb/qkad009); of twenty lines one may be wrong',
    'the test counts an order above the 99 % quantile of earlier orders as that amount, so that no single order decides',
    hasCustomers
      ? `the test compares each customer’s first order; ${count(repeated)} repeated orders count only in the table of both arms; the gains assume that repeated orders change in the same proportion`
      : 'the file names no customers: repeated orders of one customer count as independent, so the intervals are too narrow if there are many',
    'refunds come late: that guardrail is complete only after your return period',
    ...(inBothArms > 0
      ? [
          `${count(inBothArms)} customers ordered in both arms, e.g. on two devices; the first order’s arm counts`,
        ]
      : []),
    ...(without > 0
      ? [`${count(without)} orders carry no arm (from browsers outside the trial) and are left out`]
      : []),
    ...(emptyStores === null
      ? []
      : [
          `${share(emptyStores)} of the visitors had an empty store: their lists could not be personal`,
        ]),
  ]
}
