/** @module `nearside import`: converts an order log into a shop folder. */
import { writeFile } from 'node:fs/promises'
import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings'
import type { Part } from '@nearside/evaluate/report/report.ts'
import type { Role } from '@nearside/train/import/columns.ts'
import { type ImportReport, importShop } from '@nearside/train/import/importShop.ts'
import type { FileReport } from '@nearside/train/import/readLog.ts'
import { DELIMITERS } from '@nearside/train/import/source.ts'
import type { Sample } from '@nearside/train/import/summary.ts'
import { withFolder } from '@nearside/train/withFolder.ts'
import { defineCommand, requireFolder } from '../command.ts'
import { DRY_RUN, fromOption, HTML, TIME_ZONE, TIMEOUT } from '../shared.ts'
import { readSystem } from '../systems/readSystem.ts'
import { wholeNumber } from '../values.ts'

/** Descriptions of the roles that a column of an input file can have. */
const COLUMNS = {
  shopper: 'who bought: an account, a customer number, an e-mail address',
  device: 'who looked: a cookie or device, joined by the order number',
  item: 'product',
  time: 'time of the event',
  session: 'order or visit',
  order: 'order number in the click log, where session is the visit',
  status: 'status of the order: cancelled and refunded orders are left out',
  quantity: 'number of pieces; a negative number is a cancellation',
  price: 'price of one piece',
  title: 'name of the product',
  event: "event, by GA4's names",
  query: 'search query',
  category: 'category of the product, in the catalog',
  brand: 'brand of the product, in the catalog',
  added: 'day on which the shop got the product, in the catalog',
  group: 'id that all variants of a product share, in the catalog',
  pictureVector: '64 numbers of a model of pictures: an array or base64',
} as const satisfies Partial<Record<Role, string>>

type Columns = Partial<Record<keyof typeof COLUMNS, string>>

const NAMES = Object.keys(COLUMNS).join('|')

export const COLUMN_NAMES = [
  '--columns <item=SKU,…>',
  'names of the columns, separated by commas',
  columns,
] as const

const syntax = new Command('import')
  .summary('turn an order log, clicks and a catalog into a shop folder')
  .description(
    `Reads CSV, TSV, JSON (lines or an array), XML feeds, Excel workbooks (.xlsx, the first sheet) and
Parquet, plain or gzipped. It recognises exports of Shopify, WooCommerce, Google Merchant Center,
schema.org, GA4 in BigQuery, Matomo, Snowplow and UCI Online Retail. In other files, it guesses columns
from common English and German names; --columns names them. Each line that it leaves out is counted under
its reason, in report.json and on the screen.

A log may lack times. If each line is \`shopper item item …\`, each item gets a day, counted back from
2000-12-31.

With --from, --orders and --catalog are addresses. The variable NEARSIDE_SHOP_TOKEN has the key, whose
rights may be the least that is needed:
  shopify      https://SHOP.myshopify.com; the app's CLIENT_ID:CLIENT_SECRET, or
               its access token, with the scopes read_products, read_orders,
               read_customers; read_all_orders: older than 60 days
  woocommerce  the shop's home page; CONSUMER_KEY:CONSUMER_SECRET with the
               permission Read. Prices are as entered (Settings → Tax → Prices
               entered with tax); if pages show others, use our plugin's feed
  vendure      --orders the Admin API, --catalog the Shop API, which needs no
               key; an API key whose role has only ReadOrder. Parameters of an
               address choose the channel (?vendure-token=…), languageCode and
               currencyCode. Prices include tax (--columns price=price:
               without); the category is the top collection
               (--columns category=facet.CODE: a facet)
  medusa       the backend's address, for --catalog with
               ?key=PUBLISHABLE_KEY&region_id=REGION&country_code=de (without
               country_code, prices have no tax); a secret API key. The
               category is the top category, else the collection

An item's id is its SKU, in Shopify without one its title, in WooCommerce its number, in Vendure and Medusa the
variant's id (--columns item=sku: the SKU). For Shopify, --columns item='Variant ID' takes the variant's
number.

Columns:
${Object.entries(COLUMNS)
  .map(([name, what]) => `  ${name.padEnd(14)}${what}`)
  .join('\n')}`,
  )
  .requiredOption('--orders <file>', 'order log')
  .option('--clicks <file>', 'click log')
  .addOption(fromOption())
  .option('--catalog <file>', 'catalog; without it, titles and prices come from the order log')
  .requiredOption('--out <dir>', 'shop folder to write')
  .option(...COLUMN_NAMES)
  .option('--currency <code>', 'currency of the prices, e.g. GBP', currency)
  .option('--delimiter <char>', 'delimiter of the fields: comma, tab, semicolon or pipe', delimiter)
  .addOption(
    new Option('--encoding <name>', 'encoding of the files (default: detected)').choices([
      'utf-8',
      'utf-16le',
      'utf-16be',
      'windows-1252',
    ] as const),
  )
  .addOption(
    new Option('--date-order <order>', 'order of day and month in 1/2/2011').choices([
      'dmy',
      'mdy',
    ] as const),
  )
  .option(...TIME_ZONE)
  .option(
    '--available-days <days>',
    'mark items as unavailable that were not sold in the last DAYS of the log',
    wholeNumber(1, 99_999),
  )
  .option('--raw-ids', 'keep shopper ids as they are (for public data) instead of keyed hashes')
  .option('--untitled', 'accept a shop whose items have no titles')
  .option(...TIMEOUT, 60)
  .option(...DRY_RUN)
  .option(...HTML)

export const command = defineCommand(syntax, async (options, { progress, print, signal }) => {
  await requireFolder('html', options.html)
  const { from, orders, catalog } = options
  const api = { fetch, timeout: options.timeout * 1000, signal }
  const { report, sample } = await withFolder(async (folder) => {
    const fileOf = async (what: 'orders' | 'products', given: string) =>
      from ? readSystem(from, what, { ...api, url: given }, folder) : given
    return importShop({
      ...options,
      orders: await fileOf('orders', orders),
      catalog: catalog && (await fileOf('products', catalog)),
      columns: options.columns ?? {},
      keepShopperIds: options.rawIds,
      allowUntitled: options.untitled,
      now: Date.now(),
      signal,
      onProgress: (label, done, total) => progress.update(label, done, total),
    })
  })
  const { printed, parts } = describe(report, sample, options.out)
  for (const line of printed) print(line)
  if (options.html !== undefined) {
    const { page } = await import('@nearside/evaluate/report/page.ts')
    const about = { title: 'Import', lead: [], parts, notes: [] }
    await writeFile(options.html, page(about, report))
  }
  if (options.dryRun)
    print(`nothing${options.html ? ` but ${options.html}` : ''} was written (--dry-run)`)
  return report
})

type Said = Required<Pick<Part, 'title' | 'text'>>

/** Describes an import for people: lines to print, and the same as parts of an HTML report. */
function describe(
  { logs, catalog, match, shop, files }: ImportReport,
  sample: readonly Sample[],
  out: string,
) {
  const number = (value: number) => value.toLocaleString('en-GB').padStart(11)
  const ofFile = (report: FileReport) => ({
    title: `${report.file}${report.layout ? ` (${report.layout})` : ''}`,
    text: [
      ...Object.entries(report.columns).map(([role, column]) => `  ${role} is ${column}`),
      `${number(report.lines)}  lines read`,
      ...Object.entries(report.dropped).map(([reason, count]) => {
        const lines = report.examples[reason] ?? []
        const which =
          lines.length > 0 ? ` (line ${lines.join(', ')}${count > lines.length ? ' …' : ''})` : ''
        return `${number(count)}  left out: ${reason}${which}`
      }),
      `${number(report.kept)}  kept`,
      ...Object.entries(report.lost).map(
        ([reason, count]) => `${number(count)}  of them without it: ${reason}`,
      ),
    ],
  })
  const categories = Object.keys(shop.categories)
  const parts: readonly Said[] = [...logs, ...(catalog ? [catalog] : [])].map(ofFile)
  const text = [
    ...(match
      ? [
          `log and catalog: ${match.items} of the ${match.logItems} items in the log are in the catalog, ${((100 * match.lines) / Math.max(1, shop.events)).toFixed(1)} % of its lines${match.unknown.length > 0 ? ` (not ${match.unknown.join(', ')})` : ''}`,
        ]
      : []),
    `${shop.items} items: ${shop.titled} with a title, ${shop.priced} with a price, ${shop.available} available, ${shop.variants} variants of a product, ${categories.length} categories${categories.length > 0 ? ` (${categories.slice(0, 3).join(', ')}${categories.length > 3 ? ' …' : ''})` : ''}`,
    `events: ${Object.entries(shop.byEvent)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ')}`,
    ...sample.map(
      ({ shopper, event, item, time, title }) =>
        `  ${time}  ${event}  ${item}${title ? ` (${title})` : ''}  by ${shopper}`,
    ),
    `${out}: ${shop.items} items, ${shop.shoppers} shoppers, ${shop.sessions} orders or visits, ${shop.from.slice(0, 10)} to ${shop.to.slice(0, 10)}`,
    ...files.map(({ name, bytes }) => `  ${name}, ${Math.ceil(bytes / 1024)} KiB`),
  ]
  const printed = [...parts.flatMap(({ title, text }) => [title, ...text]), ...text]
  return { printed, parts: [...parts, { title: 'Log and catalog', text }] }
}

/** Parses `NAME=COLUMN,…`. A column's name may contain commas, so a pair ends only before `,NAME=` of a known NAME. */
function columns(text: string): Columns {
  const pairs = text.split(RegExp(`,\\s*(?=(?:${NAMES})=)`)).map((pair) => {
    const [, name, column] = RegExp(`^(${NAMES})=(.+)$`).exec(pair) ?? []
    if (column === undefined)
      throw new InvalidArgumentError(`${pair} is not NAME=COLUMN, where NAME is one of ${NAMES}.`)
    return [name, column] as const
  })
  return Object.fromEntries(pairs)
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
  throw new InvalidArgumentError('It takes comma, tab, semicolon or pipe.')
}

function currency(text: string): string {
  if (/^[A-Z]{3}$/.test(text)) return text
  throw new InvalidArgumentError('It takes an ISO 4217 code such as GBP.')
}
