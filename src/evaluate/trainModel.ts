/** @module Trains base models for evaluations. */

import { NearsideError } from '@nearside/core/error.ts'
import { isOutOf, readHoldout } from '@nearside/train/holdout.ts'
import { publishModel } from '@nearside/train/models/publish.ts'
import { isSequenceShop } from '@nearside/train/plan.ts'
import { pretrain } from '@nearside/train/pretrain.ts'
import { readShop } from '@nearside/train/shop/read.ts'
import { type EvaluationInput, isPurchase, kindsOf, selectCases } from './cases.ts'
import { dayAfterMost, parseDate, type Question } from './load.ts'
import { type Steps, step } from './steps.ts'

export const DEFAULT_SEED = 1
export const DEFAULT_HOLDOUT = '0.2'

/** Trains a base model without the test data. @returns end of the training data, exclusive, ISO date */
export async function trainModel(
  asked: Omit<Question, 'model'>,
  directory: string,
  steps: Steps,
): Promise<string> {
  const shop = await readShop(asked.shop, asked.now)
  const leaveOneOut =
    asked.protocol === 'leave-one-out' && asked.until === undefined && isSequenceShop(shop)
  const until = asked.until ?? dayAfterMost(shop)
  const holdout = await readHoldout(asked.holdout ?? DEFAULT_HOLDOUT)
  const seed = asked.seed ?? DEFAULT_SEED
  const isOut = isOutOf(holdout, seed)
  // Throws before minutes of training if there are too few test cases. With leave-one-out in a log without times, every
  // shopper has a test case.
  if (!leaveOneOut)
    selectCases({
      shoppers: shop.shoppers,
      dayOnly: shop.dayOnly,
      protocol: asked.protocol,
      target: asked.target ?? 'any',
      kinds: kindsOf(shop.shoppers),
      isHeldOut: isOut,
      until: parseDate(until),
    })
  const trained = await pretrain(shop, {
    seed,
    until: parseDate(until),
    leaveOneOut,
    holdout,
    now: asked.now,
    judgeFeatures: false,
    onProgress: (label, done, total) => step(steps, label, done, total),
  })
  await publishModel(directory, trained)
  return leaveOneOut ? trained.manifest.data.until : until
}

/**
 * Trains the model of a server without clicks, on the training shoppers' orders alone, for the owner's question (a).
 * @returns false, with a note, if the orders are too few to train a model
 */
export async function trainOnOrders(
  { shop: folder, holdout, now }: Question,
  { model: { manifest }, until }: Pick<EvaluationInput, 'model' | 'until'>,
  directory: string,
  steps: Steps,
  notes: string[],
): Promise<boolean> {
  const shop = await readShop(folder, now)
  const shoppers = shop.shoppers
    .map(({ id, interactions }) => ({ id, interactions: interactions.filter(isPurchase) }))
    .filter(({ interactions }) => interactions.length > 0)
  const { fraction } = manifest.holdout
  const options = {
    ...{ seed: manifest.seed, until, now, judgeFeatures: false },
    holdout: await readHoldout(fraction > 0 || !holdout ? String(fraction) : holdout),
    onProgress: (label: string, done: number, total: number) =>
      step(steps, `the server without clicks: ${label}`, done, total),
  }
  try {
    await publishModel(directory, await pretrain({ ...shop, shoppers, searches: [] }, options))
    return true
  } catch (error) {
    if (!(error instanceof NearsideError) || error.code !== 'input-invalid') throw error
    notes.push(`no model learned from orders alone for the server of (a): ${error.message}`)
    return false
  }
}
