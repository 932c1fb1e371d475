/** @module What `nearside evaluate` may be asked; where an option belongs to one protocol, it says so. */
import { Command, Option } from '@commander-js/extra-typings'
import { seed, share, wholeNumber } from '../../cli/values.ts'
import { DEFAULT_SHARES } from './noise.ts'

export const syntax = new Command('evaluate')
  .summary('compare what ships with strong baselines on shoppers that training never saw')
  .description(`Every held-out shopper is walked in time order: all arms rank the whole catalogue, then the case
is shown to the guard and learned from. Without --model a base model is trained first. In a log
without times, leave-one-out asks everybody for the last event: training left out the last two.`)
  .requiredOption('--shop <dir>', 'shop folder')
  .option('--model <dir>', 'model directory, as pretrain writes it')
  .option('--until <date>', "test from here on (default: the model's)")
  .option(
    '--test-from <date>',
    'test from here on, later than --until: what a base model of another season is worth',
  )
  .option(
    '--train-share <fraction>',
    'train on this share of the shoppers not held out; the rest is left out altogether',
    share(0.001, 1),
  )
  .option('--holdout <fraction|file>', "shoppers to test on (default: the model's)")
  .option(
    '--folds <k>',
    'personal: train K models, each without one part of the shoppers and asked about that part',
    wholeNumber(2, 20),
  )
  .addOption(
    new Option('--protocol <name>', 'what is asked')
      .choices(['personal', 'leave-one-out', 'incremental', 'noise', 'new-items', 'search'])
      .default('personal'),
  )
  .addOption(
    new Option(
      '--arms <which>',
      'all; base: the base model and its parts, nothing learned on a device, in minutes',
    )
      .choices(['all', 'base'])
      .default('all'),
  )
  .addOption(
    new Option(
      '--incremental <what>',
      'incremental: learners, imbalance (of classes), strategies (when to learn) or periods (against retraining)',
    )
      .choices(['learners', 'periods', 'strategies', 'imbalance'])
      .default('learners'),
  )
  .option(
    '--periods <week|month|file>',
    'incremental periods: how long one is, or a file of the days on which new ones begin',
    'week',
  )
  .option(
    '--tested <fraction>',
    "incremental periods: share of a period's sessions that are tested",
    share(0.001, 1),
    1,
  )
  .option(
    '--misclicks <shares>',
    `noise: misclicks planted for each entry of a history (${DEFAULT_SHARES})`,
  )
  .option(
    '--seeds <n>',
    'incremental periods and strategies: how many seeds, from --seed on',
    wholeNumber(1, 99),
    3,
  )
  .option(
    '--judgements <file>',
    'search: table of query, docid, rating; --shop may then be a catalogue file',
  )
  .addOption(
    new Option(
      '--popularity <when>',
      "nightly: as of each case's day; frozen: as of --until; for all arms alike",
    )
      .choices(['nightly', 'frozen'])
      .default('nightly'),
  )
  .addOption(
    new Option('--mean <over>', 'mean over shoppers or over cases')
      .choices(['shoppers', 'cases'])
      .default('shoppers'),
  )
  .option('--html <file>', 'write a report with plots as one page to FILE')
  .option('--seed <n>', "random seed (default: the model's, else 1)", seed)

export type EvaluateOptions = ReturnType<typeof syntax.opts>
