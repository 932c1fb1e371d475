/**
 * @module Plans which shoppers train which part of the model. A split by time leaves some shoppers out of the encoder's
 * training, to measure the encoder's value for new shoppers. With leave-one-out, as in published benchmarks, all
 * shoppers train, and each shopper's second last event is the test case; the last event is never read.
 */
import { invalidInput } from '@nearside/core/error.ts'
import { DAY } from '@nearside/core/time.ts'
import {
  ENCODER_SETTINGS,
  type EncoderSettings,
  LARGE_CATALOG,
  LARGE_SETTINGS,
  SEQUENCE_SETTINGS,
} from './encoder/train.ts'
import type { Holdout } from './holdout.ts'
import { foldOf } from './ranker/outOfFold.ts'
import type { Shop } from './shop/shop.ts'
import { formatDay } from './shop/time.ts'
import { type Split, splitShop } from './split.ts'

/** Number of folds of shoppers, by id. With a split by time, the encoder never trains on the first two folds. */
export const FOLDS = 10
/** Fold on which the encoder's scale is fitted. */
const CALIBRATION_FOLD = 0
/** Fold on which the encoder's benefit is measured, together with the calibration fold. */
const VALIDATION_FOLD = 1
/** Share of the log's span, at its end, that gives the validation cases. */
const VALIDATION_SHARE = 0.4
/** Minimum share of the events that the validation part must have; in a log with gaps, it begins earlier. */
const VALIDATION_EVENTS = 0.1
/** Maximum number of events that the encoder reads in all epochs together. */
const MOST_EVENTS = 1e7

interface Plan {
  /** Training data of the encoder and of the model's statistics. */
  readonly split: Split
  readonly encoder: EncoderSettings
  teachesEncoder(shopper: string): boolean
  /**
   * Training data of ranker, validation and prior: `split`; with leave-one-out, also one later event of each shopper.
   */
  readonly questions: Split
  /** Time of the ranker's first case, milliseconds; default: `afterWarmUp`. */
  readonly questionsFrom?: number
  /** Whether the encoder's weight is fitted to this shopper's cases. */
  calibrates(shopper: string): boolean
  /** Time of the first validation case, milliseconds. */
  readonly measuredFrom: number
  /** Time from which the devices of validation shoppers know events, milliseconds, as in `evaluate`. */
  readonly installed: number
  /** Whether the shopper's cases are validation cases. */
  isMeasured(shopper: string): boolean
  teachesPrior(shopper: string): boolean
  /** Number of cases per shopper on which the prior is judged; default: that of `learnPrior`. */
  readonly priorCases?: number
}

/** @throws NearsideError `input-invalid`, naming the data that the log lacks */
export function planByTime(
  shop: Shop,
  until: number | null,
  holdout: Holdout,
  seed: number,
  now: number,
): Plan {
  const split = splitShop(shop, until, holdout, seed, now)
  const isUnseen = (shopper: string) => {
    const fold = foldOf(shopper, FOLDS)
    return fold === CALIBRATION_FOLD || fold === VALIDATION_FOLD
  }
  const measuredFrom = validationStart(split)
  const events = split.training.reduce((sum, { interactions }) => sum + interactions.length, 0)
  return {
    split,
    encoder: settingsFor(events, shop.items.length),
    teachesEncoder: (shopper) => !isUnseen(shopper),
    questions: split,
    calibrates: (shopper) => foldOf(shopper, FOLDS) === CALIBRATION_FOLD,
    measuredFrom,
    installed: measuredFrom,
    // Validation includes the calibration fold, because one fold has too few shoppers. Only the encoder's factor and
    // small changes of the weights were fitted to that fold.
    isMeasured: isUnseen,
    teachesPrior: isUnseen,
  }
}

/** A long log needs fewer epochs, because one epoch already repeats its patterns often. */
function settingsFor(events: number, items: number): EncoderSettings {
  const settings = items < LARGE_CATALOG ? ENCODER_SETTINGS : LARGE_SETTINGS
  return { ...settings, epochs: Math.min(settings.epochs, Math.ceil(MOST_EVENTS / events)) }
}

/** Midnight before the first validation case. */
function validationStart({ training, from, until }: Split): number {
  const start = lastPart(from, until, VALIDATION_SHARE)
  const times = Float64Array.from(
    training.flatMap(({ interactions }) => interactions.map(({ time }) => time)),
  ).sort()
  const enough = times[Math.floor((1 - VALIDATION_EVENTS) * times.length)]
  return Math.min(start, Math.floor(enough / DAY) * DAY)
}

/** Midnight at the start of the last `share` of a span. */
export function lastPart(from: number, until: number, share: number): number {
  return Math.floor((until - share * (until - from)) / DAY) * DAY
}

/** @throws NearsideError `input-invalid` unless the log is a log of sequences */
export function requireSequences(shop: Shop): void {
  if (!isSequenceShop(shop))
    throw invalidInput(
      `leave-one-out training needs a log of sequences, where every shopper's last event is on ${formatDay(shop.to)} and the second last event a day earlier. For a log without times, run 'nearside import'; for a log with times, use --until`,
    )
}

/** @param shop a log of sequences, from which the events of some items may have been removed */
export function planLeaveOneOut(shop: Shop, seed: number, now: number): Plan {
  const everybody = { fraction: 0 }
  /** Start of the day on which all shoppers have their second last event. */
  const limit = shop.to - DAY
  return {
    split: splitShop(shop, limit, everybody, seed, now),
    encoder: SEQUENCE_SETTINGS,
    teachesEncoder: () => true,
    questions: splitShop(shop, shop.to, everybody, seed, now),
    questionsFrom: limit,
    calibrates: (shopper) => foldOf(shopper, FOLDS) !== VALIDATION_FOLD,
    measuredFrom: limit,
    installed: Number.NEGATIVE_INFINITY,
    isMeasured: (shopper) => foldOf(shopper, FOLDS) === VALIDATION_FOLD,
    teachesPrior: () => true,
    priorCases: 1,
  }
}

/** Whether the log's dates only encode a sequence: one event a day per shopper, and one last day for all shoppers. */
export function isSequenceShop(shop: Shop): boolean {
  if (!shop.dayOnly) return false
  return shop.shoppers.every(({ interactions }) =>
    interactions.every(({ time }, k) => time === shop.to - (interactions.length - 1 - k) * DAY),
  )
}
