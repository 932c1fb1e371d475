/**
 * @module Continues the training of a published model's encoder: on shoppers with new events, with one window of their
 * earlier events, and on as many events of other shoppers, so that the encoder doesn't forget.
 */
import type { Item } from '@nearside/core/catalog/item.ts'
import { firstAtOrAfter, type ShopperHistory } from '@nearside/core/features/cases.ts'
import type { History } from '@nearside/core/features/history.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { HISTORY_LENGTH } from '@nearside/core/model/encoder.ts'
import { createRandom, shuffled } from '@nearside/core/model/random.ts'
import {
  ENCODER_SETTINGS,
  type EncoderSettings,
  type TrainedEncoder,
  trainEncoder,
} from '../encoder/train.ts'
import { NO_WORD_VECTORS } from '../wordVectors.ts'

/** Settings of an update: one epoch, with a third of the learning rate. */
const SETTINGS: EncoderSettings = { ...ENCODER_SETTINGS, epochs: 1, learningRate: 3e-4 }

export interface EncoderLesson {
  readonly items: readonly Item[]
  readonly categories: readonly string[]
  readonly shoppers: readonly ShopperHistory[]
  /** Time of the first new event, milliseconds. */
  readonly since: number
  /** Exclusive limit of the events, milliseconds. */
  readonly until: number
  readonly seed: number
  readonly settings?: Partial<EncoderSettings>
}

export function learnEncoder(
  earlier: Pick<BaseModel, 'encoder' | 'itemVectors' | 'content'>,
  { items, categories, shoppers, since, until, seed, settings }: EncoderLesson,
  onProgress: (done: number, total: number) => Promise<void>,
): Promise<TrainedEncoder> {
  const taught: { readonly interactions: History }[] = []
  const others: History[] = []
  for (const { interactions } of shoppers) {
    const first = firstAtOrAfter(interactions, since)
    if (first === interactions.length) others.push(interactions)
    else taught.push({ interactions: interactions.slice(Math.max(0, first - HISTORY_LENGTH)) })
  }
  let room = taught.reduce((sum, { interactions }) => sum + interactions.length, 0)
  for (const k of shuffled(others.length, createRandom(seed + since))) {
    if (room <= 0) break
    room -= others[k].length
    taught.push({ interactions: others[k] })
  }
  // The earlier model's word vectors already include the pre-trained ones.
  return trainEncoder(
    { items, categories, shoppers: taught, until, words: NO_WORD_VECTORS, earlier },
    { ...SETTINGS, ...settings },
    seed,
    onProgress,
  )
}
