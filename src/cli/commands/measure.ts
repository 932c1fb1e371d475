/** @module `nearside measure`: lift and its intervals, from events that the shop's own sink counted. */
import { Command } from '@commander-js/extra-typings'
import { NearsideError } from '@nearside/core/error.ts'
import { type Counted, liveReport } from '@nearside/evaluate/live.ts'
import { readTable } from '@nearside/train/import/readTable.ts'
import { defineReportCommand } from '../reportCommand.ts'

const syntax = new Command('measure')
  .summary('measure the lift of lists from events that GA4 or your own sink counted')
  .description(`Reads CSV, JSON lines, a JSON array or Parquet, and GA4's BigQuery export. It uses rows of view_item_list
and select_item with nearside_arm and, where present, nearside_model, nearside_team, event_count, and
user_pseudo_id or a date. For each model, it reports how much more often lists were followed than in
the hold-out, and which ranking’s picks won in interleaved lists.`)
  .argument('<file>', 'exported file')

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

/** Minimum number of days; fewer say too little about the variation between days. */
const LEAST_DAYS = 10

export const command = defineReportCommand(syntax, async (_, __, file) => {
  const plain = (column: string) =>
    column
      .toLowerCase()
      .replace(/^custom\w*:/, '')
      .replace(/[^a-z]/g, '')
  const names: readonly string[] = Object.values(NAMES).flat()
  const { columns, rows } = await readTable(file, (column) => names.includes(plain(column)))
  const columnOf = (what: keyof typeof NAMES) =>
    NAMES[what].flatMap((name) => columns.filter((column) => plain(column) === name))[0]
  const [event, arm] = [columnOf('event'), columnOf('arm')]
  if (!event || !arm)
    throw new NearsideError(
      'input-invalid',
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
    throw new NearsideError(
      'input-invalid',
      `${file}: no row is a view_item_list or select_item with an arm.`,
    )
  return liveReport(counted, { units, left: rows.length - counted.length })
})
