/** @module `nearside evaluate`: compares arms on shoppers that the model never saw. */
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Detail, summariseDetail } from '../evaluation/detail/detail.ts'
import { formatDetail } from '../evaluation/detail/table.ts'
import { isHeldOut } from '../evaluation/holdout.ts'
import type { PopularitySource, Protocol } from '../evaluation/prepare.ts'
import { selectCases, tuneBaselines } from '../evaluation/prepare.ts'
import { formatHtml } from '../evaluation/report/report.ts'
import { type MeanOver, type Summary, summarise } from '../evaluation/summary.ts'
import { formatReport } from '../evaluation/table.ts'
import { isSequenceShop } from '../pretrain/plan.ts'
import { pretrain } from '../pretrain/pretrain.ts'
import { readShop } from '../pretrain/shop/read.ts'
import { writeModel } from '../pretrain/writeModel.ts'
import { NearsideError } from '../protocol/error.ts'
import type { Command, CommandContext, Values } from './command.ts'
import { type BasePartsResult, evaluateBaseParts } from './evaluate/baseParts.ts'
import { evaluateImbalance, type ImbalanceResult } from './evaluate/imbalance.ts'
import { evaluateIncremental, type IncrementalResult } from './evaluate/incremental.ts'
import {
  isInTraining,
  load,
  parseDate,
  parseFraction,
  type Question,
  readHoldoutFile,
} from './evaluate/load.ts'
import { evaluateNewItems, type NewItemsResult } from './evaluate/newItems.ts'
import { DEFAULT_SHARES, evaluateNoise, type NoiseResult, parseShares } from './evaluate/noise.ts'
import type { PeriodsResult } from './evaluate/periods.ts'
import type { SearchResult } from './evaluate/search.ts'
import { evaluateStrategies, type StrategiesResult } from './evaluate/strategies.ts'
import { walkInProcesses } from './evaluate/walkInProcesses.ts'

export const command: Command = {
  name: 'evaluate',
  summary: 'compare what ships with strong baselines on shoppers that training never saw',
  details: [
    'Every held-out shopper is walked in time order: all arms rank the whole catalogue, then the case',
    'is shown to the guard and learned from. Without --model a base model is trained first. In a log',
    'without times, leave-one-out asks everybody for the last event: training left out the last two.',
  ].join('\n'),
  options: {
    shop: { type: 'string', value: 'DIR', describe: 'shop folder', required: true },
    model: { type: 'string', value: 'DIR', describe: 'model directory, as pretrain writes it' },
    until: { type: 'string', value: 'DATE', describe: "test from here on (default: the model's)" },
    'test-from': {
      type: 'string',
      value: 'DATE',
      describe:
        'test from here on, later than --until: what a base model of another season is worth',
    },
    'train-share': {
      type: 'string',
      value: 'FRACTION',
      describe: 'train on this share of the shoppers not held out; the rest is left out altogether',
    },
    holdout: {
      type: 'string',
      value: 'FRACTION|FILE',
      describe: "shoppers to test on (default: the model's)",
    },
    protocol: {
      type: 'string',
      value: 'NAME',
      describe: 'personal, leave-one-out, incremental, noise, new-items or search',
      default: 'personal',
    },
    arms: {
      type: 'string',
      value: 'WHICH',
      describe: 'all; base: the base model and its parts, nothing learned on a device, in minutes',
      default: 'all',
    },
    incremental: {
      type: 'string',
      value: 'WHAT',
      describe:
        'incremental: learners, imbalance (of classes), strategies (when to learn) or periods (against retraining)',
      default: 'learners',
    },
    periods: {
      type: 'string',
      value: 'week|month|FILE',
      describe:
        'incremental periods: how long one is, or a file of the days on which new ones begin',
      default: 'week',
    },
    tested: {
      type: 'string',
      value: 'FRACTION',
      describe: "incremental periods: share of a period's sessions that are tested",
      default: '1',
    },
    misclicks: {
      type: 'string',
      value: 'SHARES',
      describe: `noise: misclicks planted for each entry of a history (${DEFAULT_SHARES})`,
    },
    seeds: {
      type: 'string',
      value: 'N',
      describe: 'incremental periods and strategies: how many seeds, from --seed on',
      default: '3',
    },
    judgements: {
      type: 'string',
      value: 'FILE',
      describe: 'search: table of query, docid, rating; --shop may then be a catalogue file',
    },
    popularity: {
      type: 'string',
      value: 'WHEN',
      describe: "nightly: as of each case's day; frozen: as of --until; for all arms alike",
      default: 'nightly',
    },
    mean: {
      type: 'string',
      value: 'OVER',
      describe: 'mean over shoppers or over cases',
      default: 'shoppers',
    },
    html: {
      type: 'string',
      value: 'FILE',
      describe: 'write a report with plots as one page to FILE',
    },
    seed: { type: 'string', value: 'N', describe: "random seed (default: the model's, else 1)" },
  },
  run,
}

/** What `--json` holds; what stands before `detail` is fixed. */
export interface EvaluationResult extends Pick<Summary, 'shoppers' | 'cases' | 'arms' | 'lifts'> {
  readonly protocol: Protocol
  readonly shop: string
  readonly until: string
  readonly seed: number
  readonly shoppersWorse: { readonly significant: number; readonly share: number }
  /** Change of NDCG@10, personal − base-fresh, shopper by shopper: least, nine deciles, most. */
  readonly shopperChange: { readonly deciles: readonly number[]; readonly worstTenth: number }
  readonly nightly: Summary['nightly']
  /** What the plots of `--html` show. */
  readonly detail: Detail
}

async function run(
  values: Values,
  _positionals: readonly string[],
  context: CommandContext,
): Promise<
  | EvaluationResult
  | BasePartsResult
  | ImbalanceResult
  | IncrementalResult
  | NewItemsResult
  | NoiseResult
  | PeriodsResult
  | SearchResult
  | StrategiesResult
> {
  const html = text(values.html)
  if (html !== undefined) await checkHtml(html, values)
  if (values.protocol === 'search') return search(values, context)
  if (values.judgements !== undefined)
    throw new NearsideError('input-invalid', '--judgements goes with --protocol search')
  const incremental = oneOf('incremental', values.incremental, [
    'learners',
    'periods',
    'strategies',
    'imbalance',
  ])
  if (values.protocol === 'incremental' && incremental === 'periods')
    return periods(values, context)
  const isNewItems = values.protocol === 'new-items'
  const isNoise = values.protocol === 'noise'
  if (!isNoise && values.misclicks !== undefined)
    throw new NearsideError('input-invalid', '--misclicks goes with --protocol noise')
  const shares = parseShares(text(values.misclicks) ?? DEFAULT_SHARES)
  const isIncremental = values.protocol === 'incremental'
  const asked = {
    shop: String(values.shop),
    until: text(values.until),
    holdout: text(values.holdout),
    seed: seedOf(text(values.seed)),
    testFrom: text(values['test-from']),
    trainShare: shareOf(text(values['train-share'])),
    // The learners' stream is made of the same cases as `personal`.
    protocol:
      isIncremental || isNewItems || isNoise ? 'personal' : protocolOf(String(values.protocol)),
    popularity: oneOf<PopularitySource>('popularity', values.popularity, ['nightly', 'frozen']),
    now: Date.now(),
  }
  const meanOver = oneOf<MeanOver>('mean', values.mean, ['shoppers', 'cases'])
  const arms = oneOf('arms', values.arms, ['all', 'base'])
  if (arms === 'base' && (isIncremental || isNewItems))
    throw new NearsideError('input-invalid', '--arms base goes with personal and leave-one-out')
  const compare = (question: Question) =>
    arms === 'base'
      ? evaluateBaseParts(question, context)
      : isNoise
        ? evaluateNoise(question, shares, context)
        : isIncremental
          ? incremental === 'strategies'
            ? evaluateStrategies(question, seedsOf(values.seeds), context)
            : incremental === 'imbalance'
              ? evaluateImbalance(question, context)
              : evaluateIncremental(question, html, context)
          : evaluate(question, meanOver, html, context)
  const given = text(values.model)
  if (asked.trainShare !== undefined && given !== undefined)
    throw new NearsideError(
      'input-invalid',
      '--train-share trains a model of its own: leave --model out',
    )
  if (isNewItems) {
    if (given === undefined)
      throw new NearsideError(
        'input-invalid',
        "new-items needs a model that some items were kept from: --model DIR, made by 'nearside pretrain --withhold-items 0.05'",
      )
    return evaluateNewItems({ ...asked, model: given }, context)
  }
  if (given !== undefined) return compare({ ...asked, model: given })
  const directory = await mkdtemp(join(tmpdir(), 'nearside-model-'))
  try {
    const until = await trainModel(asked, directory, context)
    return await compare({ ...asked, until, model: directory })
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function periods(values: Values, context: CommandContext): Promise<PeriodsResult> {
  const { evaluatePeriods } = await import('./evaluate/periods.ts')
  const tested = Number(values.tested)
  if (!(tested > 0 && tested <= 1))
    throw new NearsideError(
      'input-invalid',
      `--tested ${values.tested}: a share lies above 0 and up to 1`,
    )
  const question = {
    shop: String(values.shop),
    periods: String(values.periods),
    tested,
    seed: seedOf(text(values.seed)) ?? DEFAULT_SEED,
    seeds: seedsOf(values.seeds),
    now: Date.now(),
  }
  return evaluatePeriods(question, context)
}

async function search(values: Values, context: CommandContext): Promise<SearchResult> {
  const { evaluateSearch } = await import('./evaluate/search.ts')
  const question = {
    shop: String(values.shop),
    model: text(values.model),
    judgements: text(values.judgements),
    until: text(values.until),
    holdout: text(values.holdout),
    seed: seedOf(text(values.seed)),
    popularity: oneOf<PopularitySource>('popularity', values.popularity, ['nightly', 'frozen']),
    now: Date.now(),
  }
  return evaluateSearch(question, context)
}

const DEFAULT_SEED = 1
const DEFAULT_HOLDOUT = '0.2'
/** Share of the log's span that comes before the tested part. */
const TRAINED_SHARE = 0.75

/** Trains a base model on what the evaluation will not ask about; returns the limit as a date. */
async function trainModel(
  asked: Omit<Question, 'model'>,
  directory: string,
  { progress, signal }: CommandContext,
): Promise<string> {
  const shop = await readShop(asked.shop)
  const leaveOneOut =
    asked.protocol === 'leave-one-out' && asked.until === undefined && isSequenceShop(shop)
  const span = shop.from + TRAINED_SHARE * (shop.to - shop.from)
  const until = asked.until ?? new Date(span).toISOString().slice(0, 10)
  const holdout = asked.holdout ?? DEFAULT_HOLDOUT
  const seed = asked.seed ?? DEFAULT_SEED
  const fraction = parseFraction(holdout)
  const named = fraction === null ? await readHoldoutFile(holdout) : null
  const isOut = (id: string) => named?.has(id) ?? isHeldOut(id, Number(fraction), seed)
  // Minutes of training for a question that has no answer would be a poor joke. (With leave-one-out
  // in a log without times everybody has an answer.)
  if (!leaveOneOut)
    selectCases({
      shoppers: shop.shoppers,
      dayOnly: shop.dayOnly,
      protocol: asked.protocol,
      isHeldOut: isOut,
      until: parseDate(asked.testFrom ?? until, asked.testFrom ? '--test-from' : '--until'),
    })
  const shoppers = shop.shoppers.filter(({ id }) => isOut(id) || isInTraining(id, asked.trainShare))
  const trained = await pretrain(
    { ...shop, shoppers },
    {
      version: '1',
      seed,
      until: parseDate(until),
      leaveOneOut,
      holdout: named ? { shoppers: named } : { fraction: Number(fraction) },
      now: asked.now,
      onProgress: async (label, done, total) => {
        progress.update(label, done, total)
        // Lets Ctrl-C be heard between two steps.
        await new Promise((resolve) => setImmediate(resolve))
        if (signal.aborted) throw new NearsideError('aborted', 'the training was stopped')
      },
    },
  )
  await writeModel(directory, trained)
  return leaveOneOut ? trained.manifest.data.until : until
}

async function evaluate(
  question: Question,
  meanOver: MeanOver,
  html: string | undefined,
  { progress, print, signal }: CommandContext,
): Promise<EvaluationResult> {
  const { shop, input, notes } = await load(question)
  const selected = selectCases(input)
  progress.update('tuning baselines', 0, 1)
  const tuned = tuneBaselines(input)
  const results = await walkInProcesses({
    question,
    tuned,
    shoppers: selected.length,
    signal,
    onProgress: (done) => progress.update('walking shoppers', done, selected.length),
  })
  const summary = summarise(results, input.seed, meanOver)
  progress.clear()
  const head = {
    protocol: question.protocol,
    shop: shop.name,
    until: new Date(input.until).toISOString().slice(0, 10),
    seed: input.seed,
  }
  const items = input.model.itemIds.length
  const report = { ...summary, ...head, items, popularity: question.popularity }
  const detail = summariseDetail(results, input.seed, meanOver)
  for (const line of [...formatReport(report), '', ...formatDetail(detail), '']) print(line)
  print(`Baselines tuned on ${tuned.cases} cases of training shoppers (NDCG@10 there):`)
  for (const [name, { parameters, quality }] of [
    ['recently-viewed', tuned.recentlyViewed],
    ['item-knn', tuned.itemKnn],
    ['ewma', tuned.ewma],
  ] as const) {
    const settings = Object.entries(parameters).map(([key, value]) => `${key} ${value}`)
    print(`  ${name.padEnd(16)}${quality.toFixed(4).replace(/^0/, '')}  ${settings.join(', ')}`)
  }
  for (const note of notes) print(`Note: ${note}.`)
  const { shoppers, cases, arms, lifts, worse, deciles, worstTenth, nightly } = summary
  const shoppersWorse = { significant: worse.significant, share: worse.share }
  const shopperChange = { deciles, worstTenth }
  const measured = { shoppers, cases, arms, lifts, shoppersWorse, shopperChange, nightly }
  const result = { ...head, ...measured, detail }
  if (html !== undefined) await writeFile(html, formatHtml({ report, detail, notes, result }))
  return result
}

/** Minutes of walking for a page that can't be written would be a poor joke. */
async function checkHtml(path: string, { protocol, incremental, arms }: Values): Promise<void> {
  const hasPage =
    protocol === 'incremental'
      ? incremental === 'learners'
      : arms === 'all' && (protocol === 'personal' || protocol === 'leave-one-out')
  if (!hasPage)
    throw new NearsideError(
      'input-invalid',
      '--html goes with personal, leave-one-out and incremental learners',
    )
  const folder = await stat(dirname(path)).catch(() => undefined)
  if (!folder?.isDirectory())
    throw new NearsideError('input-invalid', `--html ${path}: there is no such folder`)
}

function text(value: string | boolean | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function seedOf(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const seed = Number(value)
  if (!/^\d+$/.test(value) || seed >= 2 ** 32)
    throw new NearsideError('input-invalid', `--seed ${value}: not a whole number below 2^32`)
  return seed
}

function seedsOf(value: string | boolean | undefined): number {
  if (typeof value === 'string' && /^[1-9]\d?$/.test(value)) return Number(value)
  throw new NearsideError('input-invalid', `--seeds ${value}: not a whole number from 1 to 99`)
}

function shareOf(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const share = parseFraction(value, '--train-share')
  if (share !== null) return share
  throw new NearsideError('input-invalid', `--train-share ${value}: not a fraction`)
}

function protocolOf(value: string): Protocol {
  if (value === 'personal' || value === 'leave-one-out') return value
  throw new NearsideError(
    'input-invalid',
    `--protocol ${value} is not a protocol: choose personal, leave-one-out, incremental, noise, new-items or search`,
  )
}

function oneOf<T extends string>(
  option: string,
  value: string | boolean | undefined,
  allowed: readonly T[],
): T {
  const found = allowed.find((name) => name === value)
  if (found !== undefined) return found
  throw new NearsideError('input-invalid', `--${option} ${value}: choose ${allowed.join(' or ')}`)
}
