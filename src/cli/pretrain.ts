/** @module `nearside pretrain`: a base model from a shop folder. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { NearsideError } from '../core/error.ts'
import { parseVersion } from '../core/model/manifest.ts'
import { publishModel, requireFree } from '../train/models/publish.ts'
import { type PretrainOptions, pretrain } from '../train/pretrain.ts'
import { readShop } from '../train/shop/read.ts'
import { describeLeftOut } from '../train/shop/wrongLines.ts'
import type { Holdout } from '../train/split.ts'
import { formatSearch } from '../train/tuning/formatSearch.ts'
import { parseSearch } from '../train/tuning/parseSearch.ts'
import type { SearchReport } from '../train/tuning/rankerSearch.ts'
import { SEARCH_METHODS } from '../train/tuning/search.ts'
import { searchShop } from '../train/tuning/searchShop.ts'
import type { Command, CommandContext, Values } from './command.ts'

export const command: Command = {
  name: 'pretrain',
  summary: 'train a base model from a shop folder',
  details: [
    'Writes OUT/VERSION/ and points OUT/latest.json at it. VERSION is a new one: a published version',
    'is never written to, and whoever reads meanwhile finds the old model or the new one. The same',
    'shop, limit, hold-out and seed give the same files. Held-out shoppers and events from --until on are not looked at. With',
    '--protocol leave-one-out, for a log without times, everybody teaches: all events but the last',
    'two, of which the second last makes choices and the last is not looked at. OUT/VERSION also gets',
    'selection.json (what each feature carries) and, after --search, search.json (what was tried);',
    'what a search finds is used only where a time that it never looked at agrees.',
    'A context.tsv in the shop folder (tab-separated: time, name, value; each value holds until the',
    'next of its name) says what held when, e.g. weather, promotion or a holiday of the shop; with hour,',
    'weekday, season and prices it is kept where it ranks later cases better.',
  ].join('\n'),
  options: {
    shop: { type: 'string', value: 'DIR', describe: 'the shop folder (required)' },
    out: {
      type: 'string',
      value: 'DIR',
      describe: 'where models are kept (required; without it --search trains nothing)',
    },
    until: { type: 'string', value: 'DATE', describe: 'train on events before this date (UTC)' },
    holdout: {
      type: 'string',
      value: 'FRACTION|FILE',
      describe: 'shoppers never trained on: a share, or a file of ids',
      default: '0.2',
    },
    protocol: {
      type: 'string',
      value: 'NAME',
      describe: 'by-time, or leave-one-out without --until and --holdout',
      default: 'by-time',
    },
    seed: { type: 'string', value: 'N', describe: 'of all random choices', default: '1' },
    version: {
      type: 'string',
      value: 'NAME',
      describe: "the model's name, not yet in OUT (default: the number after the highest in OUT)",
    },
    epochs: { type: 'string', value: 'N', describe: 'of the encoder; fewer for a quick look' },
    search: {
      type: 'string',
      value: 'METHOD',
      describe: "grid or bayes: look for the ranker's settings on rolling origins first",
    },
    trials: { type: 'string', value: 'N', describe: 'of the search', default: '20' },
    'print-search': {
      type: 'string',
      value: 'FILE',
      describe: 'print a search again, from search.json or what --json wrote',
    },
    'withhold-items': {
      type: 'string',
      value: 'FRACTION',
      describe: "items kept from training, for 'evaluate --protocol new-items'",
    },
  },
  async run(values, _positionals, context) {
    if (values['print-search'] !== undefined)
      return printSearch(String(values['print-search']), context)
    const needed = values.search === undefined ? ['shop', 'out'] : ['shop']
    const missing = needed.find((name) => values[name] === undefined)
    if (missing) throw new NearsideError('input-invalid', `pretrain needs --${missing} DIR`)
    const started = Date.now()
    const seed = whole(values, 'seed', 2 ** 32 - 1)
    const version = values.version === undefined ? undefined : parseVersion(String(values.version))
    const out = String(values.out)
    if (version !== undefined) await requireFree(out, version)
    const until = values.until === undefined ? null : dateOf(String(values.until))
    const leaveOneOut = isLeaveOneOut(values)
    const holdout = await holdoutOf(String(values.holdout))
    const search = searchOf(values)
    if (search && leaveOneOut)
      throw new NearsideError('input-invalid', 'a search rolls over dates: not for leave-one-out')
    const withholdItems = withheldOf(values['withhold-items'])
    const encoder = values.epochs === undefined ? {} : { epochs: whole(values, 'epochs', 1000) }
    context.progress.update('reading the shop', 0, 1)
    const shop = await readShop(String(values.shop), started)
    if (search && values.out === undefined) {
      const report = await searchShop(shop, {
        ...search,
        seed,
        holdout,
        until,
        now: started,
        onProgress: (label, done, total) => {
          context.progress.update(label, done, total)
          return breathe(context.signal)
        },
      })
      context.progress.clear()
      for (const line of formatSearch(report)) context.print(line)
      for (const note of describeLeftOut(shop.leftOut)) context.print(`Note: ${note}.`)
      return report
    }
    const result = await pretrain(shop, {
      seed,
      holdout,
      until,
      leaveOneOut,
      withholdItems,
      search,
      encoder,
      now: started,
      onProgress: (label, done, total) => context.progress.update(label, done, total),
      checkpoint: () => breathe(context.signal),
    })
    context.progress.update('publishing', 0, 1)
    const latest = await publishModel(out, result, version)
    context.progress.clear()
    const manifest = { ...result.manifest, version: latest.version }
    const seconds = Math.round((Date.now() - started) / 1000)
    print(context, manifest.metrics, [
      ['model', `${manifest.shop} version ${latest.version}, ${manifest.items} items`],
      ['trained on', `${manifest.data.from.slice(0, 10)} to ${manifest.data.to.slice(0, 10)}`],
      ['held out', `${manifest.holdout.shoppers} shoppers`],
      ...withheldRow(manifest.withheldItems?.items),
      ...manifest.files.map(({ name, bytes }): [string, string] => [name, kilobytes(bytes)]),
      ['total', kilobytes(manifest.files.reduce((sum, { bytes }) => sum + bytes, 0))],
      ['time', `${seconds} s`],
    ])
    for (const note of describeLeftOut(shop.leftOut)) context.print(`Note: ${note}.`)
    if (search) await printSearch(join(out, latest.version, 'search.json'), context)
    return { ...latest, seconds, manifestContent: manifest }
  },
}

async function printSearch(path: string, context: CommandContext): Promise<SearchReport> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw NearsideError.from(error, 'input-invalid', path)
  })
  const report = parseSearch(text, path)
  for (const line of formatSearch(report)) context.print(line)
  return report
}

function searchOf(values: Values): PretrainOptions['search'] {
  if (values.search === undefined) return undefined
  const method = SEARCH_METHODS.find((name) => name === values.search)
  if (method === undefined)
    throw new NearsideError('input-invalid', `--search ${values.search}: choose grid or bayes`)
  const trials = whole(values, 'trials', 1000)
  if (trials < 2)
    throw new NearsideError('input-invalid', '--trials: a search needs at least 2, one is in use')
  return { method, trials }
}

/** Lets signals in between two steps of a long computation. */
async function breathe(signal: AbortSignal): Promise<void> {
  await setImmediate()
  if (signal.aborted) throw new NearsideError('aborted', 'stopped; nothing was written')
}

function print(
  context: CommandContext,
  metrics: Readonly<Record<string, number>>,
  rows: readonly [string, string][],
): void {
  const measured = Object.entries(metrics).map(([name, value]): [string, string] => [
    name,
    Number.isInteger(value) ? String(value) : value.toFixed(4),
  ])
  for (const [name, value] of [...rows, ...measured]) context.print(`${name.padEnd(32)}${value}`)
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(0)} kB`
}

function isLeaveOneOut({ protocol, until }: Values): boolean {
  if (protocol === 'by-time') return false
  if (protocol !== 'leave-one-out')
    throw new NearsideError(
      'input-invalid',
      `--protocol ${protocol}: choose by-time or leave-one-out`,
    )
  if (until !== undefined)
    throw new NearsideError('input-invalid', 'leave-one-out has its own limit: leave --until out')
  return true
}

function withheldOf(value: Values[string]): number {
  const fraction = value === undefined ? 0 : Number(value)
  if (fraction >= 0 && fraction <= 0.5) return fraction
  throw new NearsideError('input-invalid', `--withhold-items ${value} is not a share from 0 to 0.5`)
}

function withheldRow(items: number | undefined): [string, string][] {
  return items === undefined ? [] : [['withheld', `${items} items`]]
}

function whole(values: Values, option: string, largest: number): number {
  const number = Number(values[option])
  if (!Number.isInteger(number) || number < 0 || number > largest)
    throw new NearsideError('input-invalid', `--${option} must be a whole number, 0 to ${largest}`)
  return number
}

function dateOf(text: string): number {
  const time = /^\d{4}-\d{2}-\d{2}(T.*)?$/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(time))
    throw new NearsideError('input-invalid', `--until ${text} is no date like 2011-09-01`)
  return time
}

async function holdoutOf(text: string): Promise<Holdout> {
  const fraction = Number(text)
  if (text.trim() !== '' && !Number.isNaN(fraction)) {
    if (fraction >= 0 && fraction < 1) return { fraction }
    throw new NearsideError('input-invalid', `--holdout ${text} is not a share from 0 to below 1`)
  }
  const file = await readFile(text, 'utf8').catch((cause: unknown) => {
    throw new NearsideError('input-invalid', `--holdout ${text} is neither a share nor a file`, {
      cause,
    })
  })
  const ids = file.split(/\r?\n/).filter((id) => id !== '')
  return { shoppers: new Set(ids) }
}
