/** @module `nearside pretrain`: a base model from a shop folder. */
import { readFile } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import { Command, Option } from '@commander-js/extra-typings'
import { NearsideError } from '../core/error.ts'
import { parseVersion } from '../core/model/manifest.ts'
import { publishModel, requireFree } from '../train/models/publish.ts'
import { pretrain } from '../train/pretrain.ts'
import { readShop } from '../train/shop/read.ts'
import { describeLeftOut } from '../train/shop/wrongLines.ts'
import type { Holdout } from '../train/split.ts'
import { formatSearch } from '../train/tuning/formatSearch.ts'
import { SEARCH_METHODS } from '../train/tuning/search.ts'
import { searchShop } from '../train/tuning/searchShop.ts'
import { type CommandContext, defineCommand } from './command.ts'
import { date, seed, share, wholeNumber } from './values.ts'

const syntax = new Command('pretrain')
  .summary('train a base model from a shop folder')
  .description(
    `Writes OUT/VERSION/ and points OUT/latest.json at it. VERSION is a new one: a published version
is never written to, and whoever reads meanwhile finds the old model or the new one. The same
shop, limit, hold-out and seed give the same files. Held-out shoppers and events from --until on
are not looked at. With --protocol leave-one-out, for a log without times, everybody teaches: all
events but the last two, of which the second last makes choices and the last is not looked at.
OUT/VERSION also gets selection.json (what each feature carries) and, after --search, search.json (what was tried);
what a search finds is used only where a time that it never looked at agrees.
A context.tsv in the shop folder (tab-separated: time, name, value; each value holds until the
next of its name) says what held when, e.g. weather, promotion or a holiday of the shop; with hour,
weekday, season and prices it is kept where it ranks later cases better.`,
  )
  .requiredOption('--shop <dir>', 'the shop folder')
  .option('--out <dir>', 'where models are kept (required; without it --search trains nothing)')
  .option('--until <date>', 'train on events before this date (UTC)', date)
  .option(
    '--holdout <fraction|file>',
    'shoppers never trained on: a share, or a file of ids',
    '0.2',
  )
  .addOption(
    new Option('--protocol <name>', 'leave-one-out goes without --until and --holdout')
      .choices(['by-time', 'leave-one-out'])
      .default('by-time'),
  )
  .option('--seed <n>', 'of all random choices', seed, 1)
  .option(
    '--version <name>',
    "the model's name, not yet in OUT (default: the number after the highest in OUT)",
  )
  .option('--epochs <n>', 'of the encoder; fewer for a quick look', wholeNumber(0, 1000))
  .addOption(
    new Option(
      '--search <method>',
      "look for the ranker's settings on rolling origins first",
    ).choices(SEARCH_METHODS),
  )
  .option('--trials <n>', 'of the search, what is in use included', wholeNumber(2, 1000), 20)
  .option(
    '--withhold-items <fraction>',
    'items kept from training, to see how a model ranks what it never saw',
    share(0, 0.5),
    0,
  )

export const command = defineCommand(syntax, async (options, context) => {
  const { out, seed, until = null, withholdItems } = options
  if (out === undefined && options.search === undefined)
    throw new NearsideError('input-invalid', 'pretrain needs --out DIR')
  const version = options.version === undefined ? undefined : parseVersion(options.version)
  if (version !== undefined && out !== undefined) await requireFree(out, version)
  const started = Date.now()
  const leaveOneOut = options.protocol === 'leave-one-out'
  if (leaveOneOut && until !== null)
    throw new NearsideError('input-invalid', 'leave-one-out has its own limit: leave --until out')
  const holdout = await holdoutOf(options.holdout)
  const search = options.search && { method: options.search, trials: options.trials }
  if (search && leaveOneOut)
    throw new NearsideError('input-invalid', 'a search rolls over dates: not for leave-one-out')
  const encoder = options.epochs === undefined ? {} : { epochs: options.epochs }
  context.progress.update('reading the shop', 0, 1)
  const shop = await readShop(options.shop, started)
  if (search && out === undefined) {
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
  const latest = await publishModel(String(out), result, version)
  const manifest = { ...result.manifest, version: latest.version }
  const seconds = Math.round((Date.now() - started) / 1000)
  print(context, manifest.metrics, [
    ['model', `${manifest.shop} version ${latest.version}, ${manifest.items} items`],
    ['trained on', `${manifest.data.from.slice(0, 10)} to ${manifest.data.to.slice(0, 10)}`],
    ['held out', `${manifest.holdout.shoppers} shoppers`],
    ...withheldRow(manifest.withheldItems?.items),
    ...manifest.files.map(({ name, bytes }): [string, string] => [name, kilobytes(bytes)]),
    ['personal fit', result.priorReason],
    ['total', kilobytes(manifest.files.reduce((sum, { bytes }) => sum + bytes, 0))],
    ['time', `${seconds} s`],
  ])
  for (const note of describeLeftOut(shop.leftOut)) context.print(`Note: ${note}.`)
  for (const line of result.searched ? formatSearch(result.searched) : []) context.print(line)
  return { ...latest, seconds, manifestContent: manifest }
})

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

function withheldRow(items: number | undefined): [string, string][] {
  return items === undefined ? [] : [['withheld', `${items} items`]]
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
