/** @module `nearside evaluate`: compares arms on shoppers that the model never saw. */
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { NearsideError } from '../core/error.ts'
import { evaluateBaseParts } from '../evaluate/command/baseParts.ts'
import { evaluateFolds } from '../evaluate/command/folds.ts'
import { evaluateImbalance } from '../evaluate/command/imbalance.ts'
import { evaluateIncremental } from '../evaluate/command/incremental.ts'
import type { Question } from '../evaluate/command/load.ts'
import { evaluateNewItems } from '../evaluate/command/newItems.ts'
import { DEFAULT_SHARES, evaluateNoise, parseShares } from '../evaluate/command/noise.ts'
import { type EvaluateOptions, syntax } from '../evaluate/command/options.ts'
import type { PeriodsResult } from '../evaluate/command/periods.ts'
import { evaluatePersonal, type Reporting } from '../evaluate/command/personal.ts'
import type { SearchResult } from '../evaluate/command/search.ts'
import { evaluateStrategies } from '../evaluate/command/strategies.ts'
import { DEFAULT_SEED, trainModel } from '../evaluate/command/trainModel.ts'
import { type CommandContext, defineCommand } from './command.ts'

export const command = defineCommand(syntax, run)

async function run(values: EvaluateOptions, context: CommandContext): Promise<unknown> {
  const { html, protocol, incremental, folds, model } = values
  if (html !== undefined) await checkHtml(html, values)
  if (protocol === 'search') return search(values, context)
  refuse(values.judgements !== undefined, '--judgements goes with --protocol search')
  if (protocol === 'incremental' && incremental === 'periods') return periods(values, context)
  refuse(
    protocol !== 'noise' && values.misclicks !== undefined,
    '--misclicks goes with --protocol noise',
  )
  const asked = {
    shop: values.shop,
    until: values.until,
    holdout: values.holdout,
    seed: values.seed,
    testFrom: values.testFrom,
    trainShare: values.trainShare,
    // The other protocols' streams are made of the same cases as `personal`.
    protocol: protocol === 'leave-one-out' ? protocol : ('personal' as const),
    popularity: values.popularity,
    now: Date.now(),
  }
  const answer = answerOf(protocol, incremental, values, context)
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
  protocol: Exclude<EvaluateOptions['protocol'], 'search'>,
  incremental: EvaluateOptions['incremental'],
  values: EvaluateOptions,
  context: CommandContext,
): Answer {
  const reporting = reportingOf(values)
  const { arms } = values
  if (arms !== 'all') {
    const isCases = protocol === 'personal' || protocol === 'leave-one-out'
    refuse(!isCases, `--arms ${arms} goes with personal and leave-one-out`)
    return (question) => evaluateBaseParts(question, context)
  }
  if (protocol === 'new-items') return (question) => evaluateNewItems(question, context)
  if (protocol === 'noise') {
    const shares = parseShares(values.misclicks ?? DEFAULT_SHARES)
    return (question) => evaluateNoise(question, shares, context)
  }
  if (protocol !== 'incremental')
    return (question) => evaluatePersonal(question, reporting, context)
  if (incremental === 'imbalance') return (question) => evaluateImbalance(question, context)
  if (incremental === 'learners')
    return (question) => evaluateIncremental(question, reporting.html, context)
  const seeds = values.seeds
  return (question) => evaluateStrategies(question, seeds, context)
}

function reportingOf(values: EvaluateOptions): Reporting {
  return { meanOver: values.mean, html: values.html }
}

function refuse(isWrong: boolean, why: string): void {
  if (isWrong) throw new NearsideError('input-invalid', why)
}

async function periods(values: EvaluateOptions, context: CommandContext): Promise<PeriodsResult> {
  const { evaluatePeriods } = await import('../evaluate/command/periods.ts')
  const question = {
    shop: values.shop,
    periods: values.periods,
    tested: values.tested,
    seed: values.seed ?? DEFAULT_SEED,
    seeds: values.seeds,
    now: Date.now(),
  }
  return evaluatePeriods(question, context)
}

async function search(values: EvaluateOptions, context: CommandContext): Promise<SearchResult> {
  const { evaluateSearch } = await import('../evaluate/command/search.ts')
  const question = {
    shop: values.shop,
    model: values.model,
    judgements: values.judgements,
    until: values.until,
    holdout: values.holdout,
    seed: values.seed,
    popularity: values.popularity,
    now: Date.now(),
  }
  return evaluateSearch(question, context)
}

/** Minutes of walking for a page that can't be written would be a poor joke. */
async function checkHtml(
  path: string,
  { protocol, incremental, arms }: EvaluateOptions,
): Promise<void> {
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
