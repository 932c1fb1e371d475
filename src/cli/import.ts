/** @module `nearside import`: an order log becomes a shop folder. */

import { basename } from 'node:path'
import { NearsideError } from '../core/error.ts'
import { buildCatalog } from '../train/import/buildCatalog.ts'
import { readCatalogFile } from '../train/import/catalogFile.ts'
import { NO_RULES, readCatalogRules } from '../train/import/catalogRules.ts'
import type { Role } from '../train/import/columns.ts'
import { type ImportReport, importShop, type LogReport } from '../train/import/importShop.ts'
import { DELIMITERS } from '../train/import/table.ts'
import { readWordVectors } from '../train/import/wordVectors.ts'
import type { Command, CommandOption } from './command.ts'

/** Flags that name a column. */
const COLUMN_FLAGS: Readonly<Partial<Record<Role, string>>> = {
  shopper: 'who bought',
  item: 'what was bought',
  time: 'when',
  session: 'order or visit',
  quantity: 'how many; negative is a cancellation',
  price: 'of one piece',
  title: 'name of the product',
  event: "what was done, by GA4's names",
  query: 'what was searched for',
  category: 'of the product, in the catalogue',
  brand: 'of the product, in the catalogue',
}

const columnOptions = Object.fromEntries(
  Object.entries(COLUMN_FLAGS).map(([role, meaning]): [string, CommandOption] => [
    role,
    { type: 'string', value: 'COLUMN', describe: `column: ${meaning}` },
  ]),
)

export const command: Command = {
  name: 'import',
  summary: 'turn order log, clicks and catalogue into a shop folder',
  details: [
    'Reads CSV, TSV or JSON lines, plain or gzip. Columns are guessed from common names (GA4,',
    'Shopify, WooCommerce, UCI Online Retail …) or given by flags. Every line that is left out is',
    'counted by its reason, in report.json and on the screen. A log without times, `shopper item',
    'item …` a line, becomes one with a day for each item, counted back from 2000-12-31. A folder of',
    'numbered files, `session item` a click, becomes one with a week for each file from 2000-01-03.',
  ].join('\n'),
  options: {
    orders: { type: 'string', value: 'FILE', describe: 'order log', required: true },
    clicks: { type: 'string', value: 'FILE', describe: 'click log' },
    catalog: {
      type: 'string',
      value: 'FILE',
      describe: 'catalogue; without it, titles and prices come from the order log',
    },
    out: { type: 'string', value: 'DIR', describe: 'shop folder to write', required: true },
    ...columnOptions,
    currency: { type: 'string', value: 'CODE', describe: 'of the prices, e.g. GBP' },
    delimiter: { type: 'string', value: 'CHAR', describe: 'comma, tab, semicolon or pipe' },
    encoding: { type: 'string', value: 'NAME', describe: 'utf-8 or latin1', default: 'utf-8' },
    'date-order': { type: 'string', value: 'ORDER', describe: 'of 1/2/2011: dmy or mdy' },
    'time-zone': {
      type: 'string',
      value: 'ZONE',
      describe: 'of times without one',
      default: 'UTC',
    },
    'item-pattern': {
      type: 'string',
      value: 'REGEX',
      describe: 'items that do not match are service lines (UCI: five digits first)',
    },
    'cancel-pattern': {
      type: 'string',
      value: 'REGEX',
      describe: 'orders that match are cancellations (UCI: C first)',
    },
    'available-days': {
      type: 'string',
      value: 'DAYS',
      describe: 'items not sold in the last DAYS of the log are unavailable',
    },
    rules: {
      type: 'string',
      value: 'FILE',
      describe: 'JSON: spelling, departments and their words; titles are put into readable case',
    },
    'word-vectors': {
      type: 'string',
      value: 'DIR',
      describe: 'words.txt and vectors.f32le.gz, to place items that no department word names',
    },
  },
  async run(values, _positionals, { progress, print, signal }) {
    const text = (name: string) => values[name] as string | undefined
    const named = Object.fromEntries(
      Object.keys(COLUMN_FLAGS)
        .map((role) => [role, text(role)])
        .filter(([, column]) => column !== undefined),
    )
    const delimiter = parseDelimiter(text('delimiter'))
    const encoding = oneOf('encoding', text('encoding') ?? 'utf-8', ['utf-8', 'latin1'] as const)
    const dateOrder = text('date-order')
    const currency = parseCurrency(text('currency'))
    const availableDays = parseDays(text('available-days'))
    const rulesPath = text('rules')
    const vectorsPath = text('word-vectors')
    const rules = rulesPath === undefined ? NO_RULES : await readCatalogRules(rulesPath)
    const wordVectors = vectorsPath === undefined ? undefined : await readWordVectors(vectorsPath)
    const catalogPath = text('catalog')
    const given =
      catalogPath === undefined
        ? undefined
        : await readCatalogFile(catalogPath, named, currency, { encoding })

    const report = await importShop({
      orders: text('orders')!,
      clicks: text('clicks'),
      out: text('out')!,
      columns: named,
      currency,
      itemPattern: parsePattern('item-pattern', text('item-pattern')),
      cancelPattern: parsePattern('cancel-pattern', text('cancel-pattern')),
      dateOrder:
        dateOrder === undefined
          ? undefined
          : oneOf('date-order', dateOrder, ['dmy', 'mdy'] as const),
      timeZone: text('time-zone'),
      delimiter,
      encoding,
      signal,
      settings: { availableDays, rules: rulesPath && basename(rulesPath) },
      onProgress: (label, done, total) => progress.update(label, done, total),
      buildCatalog: async (facts, log) =>
        given?.items ??
        buildCatalog(facts, log, {
          rules,
          wordVectors,
          availableDays,
          rawTitles: rulesPath === undefined,
        }),
    })
    progress.clear()
    for (const line of formatReport(report, text('out')!)) print(line)
    if (given && given.repeated > 0)
      print(`catalogue: ${given.repeated} rows repeat an id and were left out`)
    return report
  },
}

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

function parseDelimiter(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const names: Readonly<Record<string, string>> = {
    comma: ',',
    tab: '\t',
    '\\t': '\t',
    semicolon: ';',
    pipe: '|',
  }
  const delimiter = Object.hasOwn(names, text) ? names[text] : text
  if ((DELIMITERS as readonly string[]).includes(delimiter)) return delimiter
  throw new NearsideError('input-invalid', '--delimiter is one of comma, tab, semicolon, pipe')
}

function parsePattern(flag: string, text: string | undefined): RegExp | undefined {
  if (text === undefined) return undefined
  try {
    return new RegExp(text, 'u')
  } catch (error) {
    throw new NearsideError('input-invalid', `--${flag} '${text}' is not a regular expression`, {
      cause: error,
    })
  }
}

function parseCurrency(text: string | undefined): string | undefined {
  if (text === undefined || /^[A-Z]{3}$/.test(text)) return text
  throw new NearsideError('input-invalid', '--currency is an ISO 4217 code such as GBP')
}

function parseDays(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,5}$/.test(text) && Number(text) > 0) return Number(text)
  throw new NearsideError('input-invalid', '--available-days is a whole number above zero')
}

function oneOf<T extends string>(flag: string, text: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === text)
  if (found !== undefined) return found
  throw new NearsideError('input-invalid', `--${flag} is one of ${choices.join(', ')}`)
}
