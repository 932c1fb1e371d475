/** @module `nearside evaluate`: compares arms on shoppers that the model never saw. */
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { NearsideError } from '../core/error.ts'
import { evaluateBaseParts } from '../evaluate/command/baseParts.ts'
import { evaluateFits } from '../evaluate/command/fits.ts'
import { evaluateFolds } from '../evaluate/command/folds.ts'
import { evaluateImbalance } from '../evaluate/command/imbalance.ts'
import { evaluateIncremental } from '../evaluate/command/incremental.ts'
import type { Question } from '../evaluate/command/load.ts'
import { evaluateNewItems } from '../evaluate/command/newItems.ts'
import { DEFAULT_SHARES, evaluateNoise, parseShares } from '../evaluate/command/noise.ts'
import { OPTIONS } from '../evaluate/command/options.ts'
import type { PeriodsResult } from '../evaluate/command/periods.ts'
import { evaluatePersonal, type Reporting } from '../evaluate/command/personal.ts'
import type { SearchResult } from '../evaluate/command/search.ts'
import { evaluateStrategies } from '../evaluate/command/strategies.ts'
import { DEFAULT_SEED, trainModel } from '../evaluate/command/trainModel.ts'
import { foldsOf, oneOf, seedOf, seedsOf, shareOf, text } from '../evaluate/command/values.ts'
import type { PopularitySource } from '../evaluate/prepare.ts'
import type { MeanOver } from '../evaluate/summary.ts'
import type { Command, CommandContext, Values } from './command.ts'

export const command: Command = {
  name: 'evaluate',
  summary: 'compare what ships with strong baselines on shoppers that training never saw',
  details: [
    'Every held-out shopper is walked in time order: all arms rank the whole catalogue, then the case',
    'is shown to the guard and learned from. Without --model a base model is trained first. In a log',
    'without times, leave-one-out asks everybody for the last event: training left out the last two.',
  ].join('\n'),
  options: OPTIONS,
  run,
}

const PROTOCOLS = [
  'personal',
  'leave-one-out',
  'incremental',
  'noise',
  'new-items',
  'search',
] as const

async function run(
  values: Values,
  _positionals: readonly string[],
  context: CommandContext,
): Promise<unknown> {
  const html = text(values.html)
  if (html !== undefined) await checkHtml(html, values)
  const protocol = oneOf('protocol', values.protocol, PROTOCOLS)
  if (protocol === 'search') return search(values, context)
  refuse(values.judgements !== undefined, '--judgements goes with --protocol search')
  const incremental = oneOf('incremental', values.incremental, [
    'learners',
    'periods',
    'strategies',
    'imbalance',
  ])
  if (protocol === 'incremental' && incremental === 'periods') return periods(values, context)
  refuse(
    protocol !== 'noise' && values.misclicks !== undefined,
    '--misclicks goes with --protocol noise',
  )
  const asked = {
    shop: String(values.shop),
    until: text(values.until),
    holdout: text(values.holdout),
    seed: seedOf(text(values.seed)),
    testFrom: text(values['test-from']),
    trainShare: shareOf(text(values['train-share'])),
    // The other protocols' streams are made of the same cases as `personal`.
    protocol: protocol === 'leave-one-out' ? protocol : ('personal' as const),
    popularity: oneOf<PopularitySource>('popularity', values.popularity, ['nightly', 'frozen']),
    now: Date.now(),
  }
  const answer = answerOf(protocol, incremental, values, context)
  const model = text(values.model)
  const folds = foldsOf(values.folds)
  refuse(
    folds !== undefined && (protocol !== 'personal' || values.arms !== 'all'),
    '--folds goes with --protocol personal and all arms',
  )
  refuse(
    folds !== undefined && (model !== undefined || asked.holdout !== undefined),
    '--folds trains models of its own and tests everybody: leave --model and --holdout out',
  )
  refuse(
    asked.trainShare !== undefined && model !== undefined,
    '--train-share trains a model of its own: leave --model out',
  )
  if (model !== undefined) return answer({ ...asked, model })
  refuse(
    protocol === 'new-items',
    "new-items needs a model that some items were kept from: --model DIR, made by 'nearside pretrain --withhold-items 0.05'",
  )
  const directory = await mkdtemp(join(tmpdir(), 'nearside-model-'))
  try {
    if (folds !== undefined)
      return await evaluateFolds(asked, folds, directory, reportingOf(values), context)
    const until = await trainModel(asked, directory, context)
    return await answer({ ...asked, until, model: directory })
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

type Answer = (question: Question) => Promise<unknown>

/** Reads what the protocol's own options say at once: a slip must not cost a training first. */
function answerOf(
  protocol: Exclude<(typeof PROTOCOLS)[number], 'search'>,
  incremental: 'learners' | 'periods' | 'strategies' | 'imbalance',
  values: Values,
  context: CommandContext,
): Answer {
  const reporting = reportingOf(values)
  const arms = oneOf('arms', values.arms, ['all', 'base', 'fits'])
  if (arms !== 'all') {
    const isCases = protocol === 'personal' || protocol === 'leave-one-out'
    refuse(!isCases, `--arms ${arms} goes with personal and leave-one-out`)
    const evaluateArms = arms === 'base' ? evaluateBaseParts : evaluateFits
    return (question) => evaluateArms(question, context)
  }
  if (protocol === 'new-items') return (question) => evaluateNewItems(question, context)
  if (protocol === 'noise') {
    const shares = parseShares(text(values.misclicks) ?? DEFAULT_SHARES)
    return (question) => evaluateNoise(question, shares, context)
  }
  if (protocol !== 'incremental')
    return (question) => evaluatePersonal(question, reporting, context)
  if (incremental === 'imbalance') return (question) => evaluateImbalance(question, context)
  if (incremental === 'learners')
    return (question) => evaluateIncremental(question, reporting.html, context)
  const seeds = seedsOf(values.seeds)
  return (question) => evaluateStrategies(question, seeds, context)
}

function reportingOf(values: Values): Reporting {
  const meanOver = oneOf<MeanOver>('mean', values.mean, ['shoppers', 'cases'])
  return { meanOver, html: text(values.html) }
}

function refuse(isWrong: boolean, why: string): void {
  if (isWrong) throw new NearsideError('input-invalid', why)
}

async function periods(values: Values, context: CommandContext): Promise<PeriodsResult> {
  const { evaluatePeriods } = await import('../evaluate/command/periods.ts')
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
  const { evaluateSearch } = await import('../evaluate/command/search.ts')
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
