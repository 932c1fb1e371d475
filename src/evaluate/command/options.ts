/** @module What `nearside evaluate` may be asked; where an option belongs to one protocol, it says so. */
import type { CommandOption } from '../../cli/command.ts'
import { DEFAULT_SHARES } from './noise.ts'

export const OPTIONS: Readonly<Record<string, CommandOption>> = {
  shop: { type: 'string', value: 'DIR', describe: 'shop folder', required: true },
  model: { type: 'string', value: 'DIR', describe: 'model directory, as pretrain writes it' },
  until: { type: 'string', value: 'DATE', describe: "test from here on (default: the model's)" },
  'test-from': {
    type: 'string',
    value: 'DATE',
    describe: 'test from here on, later than --until: what a base model of another season is worth',
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
  folds: {
    type: 'string',
    value: 'K',
    describe:
      'personal: train K models, each without one part of the shoppers and asked about that part',
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
    describe:
      'all; base: the base model and its parts, nothing learned on a device, in minutes; fits: learned among candidates and against the whole catalogue',
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
    describe: 'incremental periods: how long one is, or a file of the days on which new ones begin',
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
}
