/** @module `nearside pretrain`: trains a base model from a shop folder. */
import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { invalidInput, NearsideError } from '@nearside/core/error.ts'
import { isFromCatalog, type ModelManifest } from '@nearside/core/model/manifest.ts'
import { readHoldout } from '@nearside/train/holdout.ts'
import { readCatalogFile } from '@nearside/train/import/readCatalog.ts'
import { publishModel, readLatestFile, requireSigner } from '@nearside/train/models/publish.ts'
import { readModel } from '@nearside/train/models/read.ts'
import { describeExcess, describeNeeds } from '@nearside/train/needs.ts'
import { requireSequences } from '@nearside/train/plan.ts'
import { LEARNERS, type Learner, pretrain } from '@nearside/train/pretrain.ts'
import { readShop } from '@nearside/train/shop/read.ts'
import { describeLeftOut } from '@nearside/train/shop/wrongLines.ts'
import { sameHoldout } from '@nearside/train/update/grown.ts'
import { updateModel } from '@nearside/train/update/updateModel.ts'
import { readPartials } from '@nearside/train/warehouse/readPartials.ts'
import { type CommandContext, defineCommand, NegativeResult } from '../command.ts'
import { SEED, SHOP, TRAIN_UNTIL, WATCH } from '../shared.ts'
import { openSigner, withSigning } from '../signing.ts'
import { between, wholeNumber } from '../values.ts'
import { stampOfLog, waitUntil, watchLog } from '../watch.ts'
import { makeCatalogVersion } from './pretrainCatalog.ts'

const syntax = withSigning(
  new Command('pretrain')
    .summary('train a base model from a shop folder, or make one from a catalog alone')
    .description(
      `Writes OUT/VERSION/ and points OUT/latest.json at it. VERSION is always new: a published version never
changes, and concurrent readers find the old model or the new one. The same shop, limit, hold-out and
seed give the same files. Training ignores held-out shoppers and events from --until on.
OUT/VERSION also gets selection.json, which lists what each feature contributes.

--protocol leave-one-out is for a log without times. It trains on all events of all shoppers but the last
two: the second last event is used for selection, and the last one is ignored.

A context.tsv in the shop folder describes the context, e.g. weather, promotion or a holiday of the shop.
It is tab-separated (time, name, value), and a value applies until the next line with its name. Like hour,
weekday, season and prices, a context is used if it ranks later cases better.

Every model has the weighted features. Encoder, trees and context join them only if later orders of
training shoppers show that they help. The manifest's metrics and contextFeatures record what each
contributed, used or not. --learners restricts what is tried. The metric ndcg@10 is a forecast for
devices: for shoppers whom the model has not seen, whose history starts empty, in the log's last weeks.

Finished steps of a training are stored beside the shop folder, in SHOP.unfinished, until it ends. Run
again with the same log, catalog and options, it resumes from them. Another training of the same shop
deletes them.

With --catalog, no log is needed: FILE is a list of products in any form that import reads. The weights
were taught once by other shops' logs, and similar titles take the place of what was bought together.
Lists follow a shopper's actions; before the first action they have the catalog's order. Once the shop has a log,
train on it: --watch does so by itself, and --from trains in full.

With --partials, the log stays in a warehouse (see sql). The model is trained on the warehouse’s sample of
shoppers and its sums over all others, up to the limit that sql was given. --catalog adds what the log lacks.

With --from, training updates MODEL from a log that has grown. All counts are recomputed, the encoder
continues with the new events, the ranker's weights are fused with newly fitted ones, and trees and
prior stay. This costs about a tenth of a full training. Seed and hold-out are MODEL's. If the ranking of new orders has
broken, the model is trained in full. If held-out shoppers' newest orders would certainly be ranked worse
than by MODEL, nothing is published, and the exit code is 1.

With --watch, the command runs until it is stopped, and checks the log each minute. If OUT has no model,
it trains one (or updates --from). From then on it updates the latest model when the log has grown, at
most once a day (UTC). If a night gives no version, it prints the reason, and tries again the next night.`,
    )
    .option(...SHOP)
    .option(
      '--partials <dir>',
      'partials that a warehouse made with the statements of sql; instead of --shop',
    )
    .option(
      '--catalog <file>',
      'list of products, for a shop without a log or with --partials; instead of --shop',
    )
    .requiredOption('--out <dir>', 'directory for the models')
    .option(
      '--from <model>',
      'model to update: a directory of models (its latest) or a version in it',
    )
    .option(...TRAIN_UNTIL)
    .option(
      '--holdout <fraction|file>',
      'shoppers to hold out from training: a fraction, or a file of ids',
      '0.2',
    )
    .addOption(
      new Option(
        '--protocol <name>',
        'split of the log; leave-one-out takes neither --until nor --holdout',
      )
        .choices(['by-time', 'leave-one-out'])
        .default('by-time'),
    )
    .option(...SEED)
    .option(
      '--learners <auto|list>',
      `learners to try, separated by commas: ${LEARNERS.join(', ')}; auto: all of them`,
      learnersOf,
    )
    .option('--epochs <n>', 'epochs of the encoder; fewer for a quick look', wholeNumber(0, 1000))
    .option(
      '--budget <mb>',
      'download size of a model in megabytes above which training warns',
      between(0, 1000),
      3,
    )
    .option(...WATCH),
)

type Options = ReturnType<typeof syntax.opts> & { readonly shop: string }

export const command = defineCommand(syntax, async ({ shop, ...given }, context) => {
  if (given.partials !== undefined) {
    requireNoLog()
    return makeVersion({ ...given, shop: given.partials }, undefined, context)
  }
  if (given.catalog !== undefined) {
    requireOnlyCatalog()
    return makeCatalogVersion({ ...given, catalog: given.catalog }, context)
  }
  if (shop === undefined)
    throw invalidInput(
      'pretrain needs --shop DIR, --partials DIR, or --catalog FILE for a shop without a log',
    )
  const options: Options = { ...given, shop }
  const { out, until, watch } = options
  const leaveOneOut = options.protocol === 'leave-one-out'
  if (leaveOneOut && until !== undefined)
    throw invalidInput('--protocol leave-one-out sets its own limit: leave out --until')
  if (options.from !== undefined && ['seed', 'protocol', 'learners'].some(isTyped))
    throw invalidInput(
      'with --from, the seed, protocol and learners come from the model: leave out --seed, --protocol and --learners',
    )
  if (!watch) return makeVersion(options, options.from, context)
  if (leaveOneOut || until !== undefined)
    throw invalidInput(
      '--watch trains on the whole log: leave out --until and --protocol leave-one-out',
    )
  if (!(await stampOfLog(options.shop))) await readShop(options.shop)
  const { print, signal } = context
  const latest = () => readLatestFile(out)
  await watchLog({
    now: Date.now,
    wait: waitUntil(signal),
    stampOf: () => stampOfLog(options.shop),
    update: async () => {
      await makeVersion(options, (await latest()) ? out : options.from, context)
    },
    async onFailure(error) {
      if (signal.aborted) return
      if (!(await latest())) throw error
      print(`${new Date().toISOString()} ${error instanceof Error ? error.message : error}`)
    },
    signal,
  })
  return latest()
})

function learnersOf(text: string): readonly Learner[] {
  if (text === 'auto') return LEARNERS
  const named = text.split(',')
  const chosen = LEARNERS.filter((learner) => named.includes(learner))
  if (chosen.length === named.length) return chosen
  throw new InvalidArgumentError(
    `It takes auto, or some of ${LEARNERS.join(', ')}, separated by commas.`,
  )
}

function isTyped(name: string): boolean {
  return syntax.getOptionValueSource(name as 'seed') === 'cli'
}

/** @throws NearsideError `input-invalid` if an option is given that needs the log itself */
function requireNoLog(): void {
  const wrong = ['shop', 'from', 'until', 'protocol', 'watch'].find(isTyped)
  if (wrong !== undefined) throw invalidInput(`--partials are no log: leave --${wrong} out`)
}

/** @throws NearsideError `input-invalid` if an option is given that needs a log */
function requireOnlyCatalog(): void {
  const needsLog = ['shop', 'from', 'until', 'holdout', 'protocol', 'seed', 'learners', 'epochs']
  const wrong = [...needsLog, 'watch'].find(isTyped)
  if (wrong !== undefined) throw invalidInput(`--catalog uses no log: leave --${wrong} out`)
}

async function makeVersion(options: Options, from: string | undefined, context: CommandContext) {
  const { out, seed, learners, partials, catalog } = options
  const sign = (await openSigner(options, out))?.sign
  await requireSigner(out, sign)
  const started = Date.now()
  const leaveOneOut = options.protocol === 'leave-one-out'
  const named = from === undefined ? null : await readModel(from)
  // A model that was made without a log can't be updated, so a new model is trained.
  const parent = named && isFromCatalog(named) ? null : named
  const holdout = await readHoldout(options.holdout)
  const encoder = options.epochs === undefined ? {} : { epochs: options.epochs }
  context.progress.update('reading the shop', 0, 1)
  const counted =
    partials === undefined
      ? null
      : await readPartials(
          partials,
          catalog === undefined ? [] : await readCatalogFile(catalog, started),
        )
  const shop = counted ?? (await readShop(options.shop, started))
  const until = counted?.until ?? options.until ?? null
  if (leaveOneOut) requireSequences(shop)
  const budget = options.budget * 1e6
  if (!parent) context.print(describeNeeds(shop, budget))
  // Checkpoints lie beside the shop folder, because a web server may publish the models' folder.
  const unfinished = `${resolve(options.shop)}.unfinished`
  const asked = {
    until,
    encoder,
    now: started,
    onProgress: (label: string, done: number, total: number) =>
      context.progress.update(label, done, total),
    checkpoint: () => breathe(context.signal),
  }
  const result = parent
    ? await updateModel(parent, shop, {
        ...asked,
        holdout: sameHoldout(parent, isTyped('holdout') ? holdout : null),
      })
    : await pretrain(shop, {
        ...asked,
        ...{ seed, holdout, leaveOneOut, learners },
        keptIn: {
          folder: unfinished,
          onFailure: (error) =>
            context.print(
              `Warning: ${unfinished}: ${error instanceof Error ? error.message : error}; if this training is interrupted, it can’t resume`,
            ),
        },
      })
  if ('refused' in result && result.refused !== null)
    throw new NegativeResult(`nothing was published: ${result.refused}`, {
      refused: result.refused,
      manifestContent: result.manifest,
    })
  context.progress.update('publishing', 0, 1)
  const latest = await publishModel(out, result, { sign })
  if (!parent) await rm(unfinished, { recursive: true, force: true })
  const { version: published, signed } = latest
  const manifest = { ...result.manifest, version: published }
  const { metrics, update } = manifest
  const seconds = Math.round((Date.now() - started) / 1000)
  const rows: readonly (readonly [string, string | null | undefined])[] = [
    ['model', `${manifest.shop} version ${latest.version}, ${manifest.items} items`],
    ['updated from', update && `version ${update.from}: ${update.did}`],
    ['trained on', `${manifest.data.from.slice(0, 10)} to ${manifest.data.to.slice(0, 10)}`],
    ['held out', `${manifest.holdout.shoppers} shoppers`],
    ...manifest.files.map(({ name, bytes }) => [name, kilobytes(bytes)] as const),
    ['a device will meet', describeForecast(metrics)],
    ['personal fit', 'priorReason' in result ? result.priorReason : null],
    ['search tolerance', shop.searches && String(manifest.searchTolerance ?? 0)],
    ['signed', signed && `release ${signed.release}, ${signed.signatures.length} signatures`],
    ['total', kilobytes(manifest.files.reduce((sum, { bytes }) => sum + bytes, 0))],
    ['time', `${seconds} s`],
    ...Object.entries(metrics).map(
      ([name, value]) => [name, Number.isInteger(value) ? `${value}` : value.toFixed(4)] as const,
    ),
  ]
  for (const [name, text] of rows) if (text) context.print(`${name.padEnd(32)}${text}`)
  for (const note of describeLeftOut(shop.leftOut)) context.print(`Note: ${note}.`)
  const downloaded = manifest.files.flatMap(({ name }) => result.files.get(name) ?? [])
  const excess = await describeExcess(downloaded, budget)
  if (excess) context.print(`Warning: ${excess}`)
  return { ...latest, seconds, manifestContent: manifest }
}

/** How well the model will rank for new shoppers; undefined for an update, which doesn't measure that. */
function describeForecast(metrics: ModelManifest['metrics']): string | undefined {
  if (!metrics.validationShoppers) return undefined
  const [value, error] = [metrics['ndcg@10'], metrics['ndcg@10.error']]
  return `NDCG@10 ${value.toFixed(4)} (standard error ${error.toFixed(4)}, ${metrics.validationShoppers} new shoppers, stores empty at first)`
}

/** Lets signal handlers run between two steps of a long computation. */
async function breathe(signal: AbortSignal): Promise<void> {
  await setImmediate()
  if (signal.aborted) throw new NearsideError('aborted', 'stopped; nothing was published')
}

const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(0)} kB`
