/** @module `nearside evaluate`: compares ranking methods (arms) on shoppers that the model never saw in training. */
import { Command, Option } from '@commander-js/extra-typings'
import { invalidInput } from '@nearside/core/error.ts'
import { evaluatePersonal } from '@nearside/evaluate/personal.ts'
import type { Evaluated } from '@nearside/evaluate/report/report.ts'
import type { Steps } from '@nearside/evaluate/steps.ts'
import { evaluateTrained } from '@nearside/evaluate/trained.ts'
import { DEFAULT_SEED } from '@nearside/evaluate/trainModel.ts'
import { defineReportCommand } from '../reportCommand.ts'
import { armsOption, HOLDOUT, MODEL, SHOP, targetOption, UNTIL } from '../shared.ts'
import { seed, wholeNumber } from '../values.ts'

const syntax = new Command('evaluate')
  .summary('compare the shipped ranking with strong baselines on held-out shoppers')
  .description(`Replays each held-out shopper in time order. Every arm ranks the whole catalog for a test case; then
the guard and the learning arms see that case. In a log with looks at exact times, a case is the next
different product, and the product at hand is not ranked. In other logs, a case is whatever the shopper
turns to next, repeats included. Without --model, a base model is trained first. In a log without times, leave-one-out tests every shopper’s last event. Training left out the last two.`)
  .requiredOption(...SHOP)
  .option(...MODEL)
  .option(...UNTIL)
  .option(...HOLDOUT)
  .option(
    '--folds <k>',
    'train K models, and test each on the part of the shoppers that it was trained without',
    wholeNumber(2, 20),
  )
  .option(
    '--seeds <n>',
    'train with N seeds, and test each model on the same shoppers: figures are means, intervals include the spread between seeds',
    wholeNumber(2, 10),
  )
  .addOption(
    new Option(
      '--protocol <name>',
      'what to test; incremental: updates against full retraining, period by period; next-basket: the last basket of each shopper',
    )
      .choices(['personal', 'leave-one-out', 'incremental', 'search', 'next-basket'])
      .default('personal'),
  )
  .addOption(armsOption())
  .option(
    '--periods <week|month|file>',
    'incremental: length of a period, or a file of the days on which periods begin (month)',
  )
  .option(
    '--judgements <file>',
    'search: table with the columns query, docid, rating; --shop may then be a catalog file',
  )
  .addOption(
    new Option(
      '--history-from <when>',
      'start of a device’s history: its install on the first tested day, or the beginning of the log',
    )
      .choices(['install', 'beginning'])
      .default('beginning'),
  )
  .addOption(
    new Option(
      '--server-knows <what>',
      'what the server knows of a shopper’s history, in the first comparison with devices',
    )
      .choices(['orders', 'all', 'nothing'])
      .default('orders'),
  )
  .addOption(targetOption())
  .option('--seed <n>', "random seed (default: the model's, else 1)", seed)

type Options = ReturnType<typeof syntax.opts>

export const command = defineReportCommand(syntax, (options, { progress, signal }) => {
  refuseMisplaced(options)
  return evaluate(options, { signal, onProgress: (...args) => progress.update(...args) })
})

async function evaluate(options: Options, steps: Steps): Promise<Evaluated> {
  const { protocol, model, folds, seeds, periods, judgements, arms } = options
  const { shop, until, holdout, seed, historyFrom, target, serverKnows } = options
  const asked = { shop, until, holdout, seed, now: Date.now() }
  if (protocol === 'search') {
    const { evaluateSearch } = await import('@nearside/evaluate/search/search.ts')
    return evaluateSearch({ ...asked, model, judgements }, steps)
  }
  if (protocol === 'next-basket') {
    const { evaluateNextBasket } = await import('@nearside/evaluate/nextBasket/nextBasket.ts')
    const question = { ...asked, model: needed(model, protocol) }
    return evaluateNextBasket(question, arms === 'all', steps)
  }
  if (protocol === 'incremental') {
    const { evaluateIncremental } = await import('@nearside/evaluate/incremental/incremental.ts')
    const question = { shop, periods: periods ?? 'month', seed: seed ?? DEFAULT_SEED }
    return evaluateIncremental({ ...question, now: asked.now }, steps)
  }
  const learns = arms === 'all'
  const question = { ...asked, protocol, historyFrom, target, serverKnows }
  if (model !== undefined) return evaluatePersonal({ ...question, model }, learns, steps)
  return evaluateTrained(question, { folds: folds ?? 1, seeds: seeds ?? 1, learns }, steps)
}

function needed(model: string | undefined, protocol: string): string {
  if (model !== undefined) return model
  throw invalidInput(`--protocol ${protocol} needs --model DIR (make one with 'nearside pretrain')`)
}

/** Refuses options that belong to another protocol, and options that exclude each other. */
function refuseMisplaced(options: Options): void {
  const { protocol, model, folds, seeds, holdout, until, historyFrom, target, serverKnows } =
    options
  const only = {
    folds: 'personal',
    seeds: 'personal',
    periods: 'incremental',
    judgements: 'search',
  } as const
  for (const [name, needed] of Object.entries(only)) {
    const isGiven = options[name as keyof typeof only] !== undefined
    refuse(isGiven && protocol !== needed, `--${name} works only with --protocol ${needed}`)
  }
  refuse(
    protocol === 'incremental' && model !== undefined,
    '--protocol incremental trains its own models: leave --model out',
  )
  refuse(
    folds !== undefined && (model !== undefined || holdout !== undefined),
    '--folds trains its own models and tests every shopper: leave --model and --holdout out',
  )
  refuse(
    seeds !== undefined && model !== undefined,
    '--seeds trains its own models: leave --model out',
  )
  refuse(
    protocol === 'next-basket' && until !== undefined,
    '--protocol next-basket tests last baskets, and its arms know what the model may: leave --until out',
  )
  refuse(
    protocol !== 'personal' &&
      (historyFrom !== 'beginning' || target !== 'any' || serverKnows !== 'orders'),
    '--history-from, --target and --server-knows work only with --protocol personal',
  )
}

function refuse(isWrong: boolean, why: string): void {
  if (isWrong) throw invalidInput(why)
}
