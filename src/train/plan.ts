/**
 * @module Who teaches what. By time, some shoppers are kept from the encoder, so that others can
 * be asked what it is worth to a stranger. Leaving one out, as published tables do, everybody
 * teaches, and each shopper's second last event is asked for; the last is not looked at.
 */

import { NearsideError } from '../core/error.ts'
import type { ShopperHistory } from '../core/features/cases.ts'
import { DAY } from '../core/time.ts'
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
import { lastPart } from './validate.ts'

/** Shoppers fall into this many folds by id; by time, the encoder never sees the first two. */
export const FOLDS = 10
/** Its scale is fitted on this fold … */
const CALIBRATION_FOLD = 0
/** … and whether it helps is measured on this one too. */
const VALIDATION_FOLD = 1
/** The last share of the log's span gives the validation cases. */
const VALIDATION_SHARE = 0.4
/** … which must hold this share of the events, as it does not in a log with gaps. */
const VALIDATION_EVENTS = 0.1
/** Most that the encoder reads in all epochs together. */
const MOST_EVENTS = 1e7

interface Plan {
  /** What encoder and shipped statistics come from. */
  readonly split: Split
  readonly encoder: EncoderSettings
  teachesEncoder(shopper: string): boolean
  /** What ranker, validation and prior ask about: the same log, or one event of each more. */
  readonly questions: Split
  /** Milliseconds of the ranker's first case; absent: after a warm-up. */
  readonly questionsFrom?: number
  /** Who may tell the ranker what the encoder's score is worth. */
  calibrates(shopper: string): boolean
  readonly measuredFrom: number
  isMeasured(shopper: string): boolean
  teachesPrior(shopper: string): boolean
  /** Cases of each shopper that the prior is judged by; absent: several. */
  readonly priorCases?: number
}

/** @throws NearsideError `input-invalid` saying what the log has too little of */
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
  const events = split.training.reduce((sum, { interactions }) => sum + interactions.length, 0)
  return {
    split,
    encoder: settingsFor(events, shop.items.length),
    teachesEncoder: (shopper) => !isUnseen(shopper),
    questions: split,
    calibrates: (shopper) => foldOf(shopper, FOLDS) === CALIBRATION_FOLD,
    measuredFrom: validationStart(split),
    // Both: one scalar and a nudge were fitted on the first, and a tenth of the shoppers is too few.
    isMeasured: isUnseen,
    teachesPrior: isUnseen,
  }
}

/** Epochs that a long log can pay for: what it says is said often within one. */
function settingsFor(events: number, items: number): EncoderSettings {
  const settings = items < LARGE_CATALOG ? ENCODER_SETTINGS : LARGE_SETTINGS
  return { ...settings, epochs: Math.min(settings.epochs, Math.ceil(MOST_EVENTS / events)) }
}

/** Midnight before the first validation case. */
function validationStart({ training, from, until }: Split): number {
  const start = lastPart(from, until, VALIDATION_SHARE)
  const times = Float64Array.from(allTimes(training)).sort()
  const enough = times[Math.floor((1 - VALIDATION_EVENTS) * times.length)]
  return Math.min(start, Math.floor(enough / DAY) * DAY)
}

function* allTimes(shoppers: readonly ShopperHistory[]): Generator<number> {
  for (const { interactions } of shoppers) for (const { time } of interactions) yield time
}

/** @throws NearsideError `input-invalid` where the log is not one of sequences */
export function requireSequences(shop: Shop): void {
  if (!isSequenceShop(shop))
    throw new NearsideError(
      'input-invalid',
      `leave-one-out training needs a log of sequences, where every shopper's last event is on ${formatDay(shop.to)} and the one before it a day earlier: 'nearside import' makes one of a log without times; use --until for a log with times`,
    )
}

/** @param shop a log of sequences, of which some items may be missing. */
export function planLeaveOneOut(shop: Shop, seed: number, now: number): Plan {
  const everybody = { fraction: 0 }
  const limit = lastTwoDays(shop)
  return {
    split: splitShop(shop, limit, everybody, seed, now),
    encoder: SEQUENCE_SETTINGS,
    teachesEncoder: () => true,
    questions: splitShop(shop, shop.to, everybody, seed, now),
    questionsFrom: limit,
    calibrates: (shopper) => foldOf(shopper, FOLDS) !== VALIDATION_FOLD,
    measuredFrom: limit,
    isMeasured: (shopper) => foldOf(shopper, FOLDS) === VALIDATION_FOLD,
    teachesPrior: () => true,
    priorCases: 1,
  }
}

/** Where the second last event of everybody begins, in a log of sequences. */
function lastTwoDays(shop: Shop): number {
  return shop.to - DAY
}

/** Whether days stand for the order: one event a day, everybody's last one on the same. */
export function isSequenceShop(shop: Shop): boolean {
  if (!shop.dayOnly) return false
  return shop.shoppers.every(({ interactions }) =>
    interactions.every(({ time }, k) => time === shop.to - (interactions.length - 1 - k) * DAY),
  )
}
