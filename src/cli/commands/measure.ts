/**
 * @module `nearside measure`: reports the effect of a trial on sales, from a shop's order export, or on clicks in
 * lists, from counted events.
 */
import { Command } from '@commander-js/extra-typings'
import { invalidInput } from '@nearside/core/error.ts'
import { type Counted, liveReport } from '@nearside/evaluate/live.ts'
import { measureSales, planSales } from '@nearside/evaluate/sales/measureSales.ts'
import {
  areOrders,
  isSalesColumn,
  lettersOf,
  readSales,
  readVisitors,
} from '@nearside/evaluate/sales/readSales.ts'
import { planReport, salesReport } from '@nearside/evaluate/sales/salesReport.ts'
import { readTable } from '@nearside/train/import/readTable.ts'
import { defineReportCommand, type Reported } from '../reportCommand.ts'

type Table = Awaited<ReturnType<typeof readTable>>

const syntax = new Command('measure')
  .summary('measure a trial by orders and revenue, or by the items followed in lists')
  .description(`With orders: reads your shop's order export and a table of visitors, both of the trial's days. Each order
carries its arm in a column or attribute nearside_arm: personal, hold-out, or nothing for a browser
outside the trial. Orders have a number, a date and a total (or line_total); they may have currency, customer,
refund, margin and department. Visitors have one row per day and arm: date, nearside_arm, visitors,
and empty_stores if you count them. You may look every day: the test stays valid. If no order carries an
arm, leave the visitors out: the command then computes how long a trial must run.

With events: uses rows of view_item_list and select_item with nearside_arm and, where present, nearside_model,
nearside_team, event_count, and user_pseudo_id or a date. For each model, it reports how much more often
lists were followed than in the hold-out, and which ranking’s picks won in interleaved lists.

Files are CSV, JSON lines, a JSON array or Parquet, or GA4's BigQuery export.`)
  .argument('<file>', 'exported orders or events')
  .argument('[visitors]', 'visitors of each day and arm, for orders')

/** Accepted names of each column, compared without case, punctuation and GA4's prefix of custom dimensions. */
const NAMES = {
  event: ['eventname', 'event', 'name'],
  arm: ['nearsidearm', 'arm'],
  model: ['nearsidemodel', 'model'],
  team: ['nearsideteam', 'team'],
  many: ['eventcount', 'count'],
  shopper: ['userpseudoid', 'shopper'],
  day: ['eventdate', 'date', 'day'],
} as const

const EVENTS: Readonly<Record<string, Counted['event']>> = {
  view_item_list: 'shown',
  select_item: 'followed',
}

/** Minimum number of days; fewer days say too little about the variation between days. */
const LEAST_DAYS = 10

export const command = defineReportCommand(syntax, async (_, __, file, visitors) => {
  const names: readonly string[] = Object.values(NAMES).flat()
  const table = await readTable(
    file,
    (column) => isSalesColumn(column) || names.includes(lettersOf(column)),
  )
  if (areOrders(table.columns)) return reportSales(table, visitors)
  if (visitors === undefined) return reportLists(file, table)
  throw invalidInput(
    `${file} has no column total, revenue or line_total: it has no orders, so give no table of visitors`,
  )
})

async function reportSales(table: Table, visitors: string | undefined): Promise<Reported> {
  const sales = readSales(table)
  const carried = sales.sales.filter(({ arm }) => arm !== null).length
  const refuse = (why: string) => invalidInput(`${table.name}: ${why}`)
  if (visitors === undefined) {
    if (carried === 0) return planReport(planSales(sales))
    throw refuse(
      'orders carry arms, but there is no table of visitors: give a second file with date, nearside_arm, visitors',
    )
  }
  if (carried === 0)
    throw refuse(
      'no order carries an arm in nearside_arm: write personalizer.getSnapshot().trial?.arm into the order at checkout',
    )
  return salesReport(measureSales(sales, readVisitors(await readTable(visitors, isSalesColumn))))
}

function reportLists(file: string, { columns, rows }: Table): Reported {
  const columnOf = (what: keyof typeof NAMES) =>
    NAMES[what].flatMap((name) => columns.filter((column) => lettersOf(column) === name))[0]
  const [event, arm] = [columnOf('event'), columnOf('arm')]
  if (!event || !arm)
    throw invalidInput(
      `${file} has no column ${event ? 'nearside_arm, the arm of a list' : 'event_name, the event'}.`,
    )
  const days = new Set(rows.map(({ values }) => values[columnOf('day') ?? '']))
  const units = columnOf('shopper') ? 'shoppers' : days.size >= LEAST_DAYS ? 'days' : null
  const unit = units === 'shoppers' ? columnOf('shopper') : units && columnOf('day')
  const counted = rows.flatMap(({ values }): Counted[] => {
    const kind = EVENTS[values[event]]
    const of = (what: keyof typeof NAMES) => values[columnOf(what) ?? ''] ?? ''
    const many = of('many') === '' ? 1 : Number(of('many'))
    if (!kind || !values[arm] || !(many >= 0)) return []
    const team = of('team') === 'personal' || of('team') === 'base' ? of('team') : null
    return [
      {
        ...{ event: kind, arm: values[arm], model: of('model'), many },
        team: team as Counted['team'],
        unit: unit ? values[unit] : '',
      },
    ]
  })
  if (counted.length === 0)
    throw invalidInput(`${file}: no row is a view_item_list or select_item with an arm.`)
  return liveReport(counted, { units, left: rows.length - counted.length })
}
