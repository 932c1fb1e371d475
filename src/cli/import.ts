/** @module `nearside import`: an order log becomes a shop folder. */

import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { buildCatalog } from '../train/import/buildCatalog.ts'
import { readCatalogFile } from '../train/import/catalogFile.ts'
import type { Role } from '../train/import/columns.ts'
import { type ImportReport, importShop, type LogReport } from '../train/import/importShop.ts'
import { DELIMITERS } from '../train/import/table.ts'
import { defineCommand } from './command.ts'
import { pattern, wholeNumber } from './values.ts'

/** Flags that name a column. */
const COLUMN_FLAGS = {
  shopper: 'who bought',
  item: 'what was bought',
  time: 'when',
  session: 'order or visit',
  quantity: 'how many; negative is a cancellation',
  price: 'of one piece',
  title: 'name of the product',
  event: "what was done, by GA4's names",
  query: 'what was searched for',
  category: 'of the product, in the catalog',
  brand: 'of the product, in the catalog',
} as const satisfies Partial<Record<Role, string>>

const ROLES = Object.keys(COLUMN_FLAGS) as (keyof typeof COLUMN_FLAGS)[]

const syntax = new Command('import')
  .summary('turn order log, clicks and catalog into a shop folder')
  .description(
    `Reads CSV, TSV or JSON lines, plain or gzip. Columns are guessed from common names (GA4,
Shopify, WooCommerce, UCI Online Retail …) or given by flags. Every line that is left out is
counted by its reason, in report.json and on the screen. A log without times, \`shopper item
item …\` a line, becomes one with a day for each item, counted back from 2000-12-31. A folder of
numbered files, \`session item\` a click, becomes one with a week for each file from 2000-01-03.`,
  )
  .requiredOption('--orders <file>', 'order log')
  .option('--clicks <file>', 'click log')
  .option('--catalog <file>', 'catalog; without it, titles and prices come from the order log')
  .requiredOption('--out <dir>', 'shop folder to write')
  .option('--currency <code>', 'of the prices, e.g. GBP', currency)
  .option('--delimiter <char>', 'comma, tab, semicolon or pipe', delimiter)
  .addOption(
    new Option('--encoding <name>', 'of the files').choices(['utf-8', 'latin1']).default('utf-8'),
  )
  .addOption(new Option('--date-order <order>', 'of 1/2/2011').choices(['dmy', 'mdy']))
  .option('--time-zone <zone>', 'of times without one', 'UTC')
  .option(
    '--item-pattern <regex>',
    'items that do not match are service lines (UCI: five digits first)',
    pattern,
  )
  .option('--cancel-pattern <regex>', 'orders that match are cancellations (UCI: C first)', pattern)
  .option(
    '--available-days <days>',
    'items not sold in the last DAYS of the log are unavailable',
    wholeNumber(1, 99_999),
  )
for (const role of ROLES) syntax.option(`--${role} <column>`, `column: ${COLUMN_FLAGS[role]}`)

type Columns = Readonly<Partial<Record<keyof typeof COLUMN_FLAGS, string>>>

export const command = defineCommand(syntax, async (options, { progress, print, signal }) => {
  const given = options as typeof options & Columns
  const columns = Object.fromEntries(
    ROLES.filter((role) => given[role] !== undefined).map((role) => [role, given[role]]),
  )
  const { encoding, currency, availableDays } = options
  const catalog =
    options.catalog === undefined
      ? undefined
      : await readCatalogFile(options.catalog, columns, currency, { encoding })
  const report = await importShop({
    orders: options.orders,
    clicks: options.clicks,
    out: options.out,
    columns,
    currency,
    itemPattern: options.itemPattern,
    cancelPattern: options.cancelPattern,
    dateOrder: options.dateOrder,
    timeZone: options.timeZone,
    delimiter: options.delimiter,
    encoding,
    signal,
    settings: { availableDays },
    onProgress: (label, done, total) => progress.update(label, done, total),
    buildCatalog: async (facts, log) => catalog?.items ?? buildCatalog(facts, log, availableDays),
  })
  for (const line of formatReport(report, options.out)) print(line)
  if (catalog && catalog.repeated > 0)
    print(`catalog: ${catalog.repeated} rows repeat an id and were left out`)
  return report
})

/** The counts as a small table; each log's lines add up to what was read. */
export function formatReport({ logs, shop, files }: ImportReport, out: string): string[] {
  const number = (value: number) => value.toLocaleString('en-GB').padStart(11)
  const ofLog = ({ file, lines, kept, dropped, layout }: LogReport) => [
    `${file}${layout ? ` (${layout})` : ''}`,
    `${number(lines)}  lines read`,
    ...Object.entries(dropped).map(([reason, count]) => `${number(count)}  left out: ${reason}`),
    `${number(kept)}  kept`,
  ]
  return [
    ...logs.flatMap(ofLog),
    `${out}: ${shop.items} items, ${shop.shoppers} shoppers, ${shop.sessions} orders or visits, ${shop.from.slice(0, 10)} to ${shop.to.slice(0, 10)}`,
    ...files.map(({ name, bytes }) => `  ${name}, ${Math.ceil(bytes / 1024)} KiB`),
  ]
}

function delimiter(text: string): string {
  const names: Readonly<Record<string, string>> = {
    comma: ',',
    tab: '\t',
    '\\t': '\t',
    semicolon: ';',
    pipe: '|',
  }
  const found = Object.hasOwn(names, text) ? names[text] : text
  if ((DELIMITERS as readonly string[]).includes(found)) return found
  throw new InvalidArgumentError('It is one of comma, tab, semicolon, pipe.')
}

function currency(text: string): string {
  if (/^[A-Z]{3}$/.test(text)) return text
  throw new InvalidArgumentError('It is an ISO 4217 code such as GBP.')
}
