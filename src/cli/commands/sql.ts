/** @module `nearside sql`: prints statements that compute in a warehouse the sums (partials) that training needs. */
import { randomBytes } from 'node:crypto'
import { Command, Option } from '@commander-js/extra-typings'
import { DAY } from '@nearside/core/time.ts'
import { DIALECTS, TRAITS } from '@nearside/train/warehouse/dialects.ts'
import { GA4_DAYS, parseSource } from '@nearside/train/warehouse/source.ts'
import {
  FEWEST_SHOPPERS,
  MOST_EVENTS,
  partialStatements,
} from '@nearside/train/warehouse/statements.ts'
import { defineCommand } from '../command.ts'
import { TRAIN_UNTIL } from '../shared.ts'
import { COLUMN_NAMES } from './import.ts'

const syntax = new Command('sql')
  .summary('print SQL that counts in a warehouse, for a log that outgrows one machine')
  .description(
    `Prints statements to run in the warehouse that has the log; pretrain --partials reads the files that they
write. TABLE is one of:
  ga4:TABLE       GA4's export in BigQuery, e.g. ga4:my-project.analytics_123.events_*
  snowplow:TABLE  Snowplow's events with its e-commerce schemas, in BigQuery or Databricks
  TABLE           any table or view with one row an event and product; --columns names its columns: shopper or
                  device, item, time; session or order, event (default: purchase), price, title, category, brand

The statements make a sample of shoppers with their whole histories, up to ${MOST_EVENTS.toLocaleString('en')} events that show interest,
and sums over all other shoppers. Shoppers are numbers; products, and each text about them, need ${FEWEST_SHOPPERS} shoppers,
and so does each row of the sums. Searches stay in the warehouse. The sample is pseudonymous: keep it private,
and delete it after training. Each printing draws another sample.

Refunds, test orders and staff are counted: leave them out in a view. GA4 changes events of the last ${GA4_DAYS} days;
without --until, its log ends before them.

The statements are tested on DuckDB and PostgreSQL. For the other dialects they are translated and parsed, not run.`,
  )
  .argument('<table>', 'table of the log')
  .addOption(
    new Option('--dialect <name>', 'SQL of the warehouse').choices(DIALECTS).makeOptionMandatory(),
  )
  .option(...COLUMN_NAMES)
  .option(...TRAIN_UNTIL)

export const command = defineCommand(syntax, async (options, { print }, name) => {
  const { dialect, columns = {}, until = null } = options
  const source = parseSource(name, columns, dialect)
  const salt = randomBytes(16).toString('hex')
  const statements = await partialStatements(dialect, { ...source, until, salt })
  print(`-- ${TRAITS[dialect].note}.`)
  if (source.layout === 'ga4' && until !== null && until > Date.now() - GA4_DAYS * DAY)
    print(`-- Note: GA4 still changes events of the last ${GA4_DAYS} days before --until.`)
  for (const statement of statements)
    print(statement.startsWith('\\') ? statement : `${statement};`)
  return { dialect, statements }
})
