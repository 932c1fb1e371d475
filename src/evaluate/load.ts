/**
 * @module Loads shop and model for an evaluation. Both get the same item rows and the same held-out shoppers. Rejects a
 * model that may have seen the test data.
 */

import { invalidInput, NearsideError } from '@nearside/core/error.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { isFromCatalog } from '@nearside/core/model/manifest.ts'
import { isHeldOut as isInShare, isOutOf, readHoldout } from '@nearside/train/holdout.ts'
import { readModel } from '@nearside/train/models/read.ts'
import { inModelRows } from '@nearside/train/shop/modelRows.ts'
import { readShop } from '@nearside/train/shop/read.ts'
import type { Shop } from '@nearside/train/shop/shop.ts'
import { formatDay } from '@nearside/train/shop/time.ts'
import { describeLeftOut } from '@nearside/train/shop/wrongLines.ts'
import {
  type EvaluationInput,
  type HistoryFrom,
  kindsOf,
  type Protocol,
  type Target,
} from './cases.ts'
import { describeBase } from './describeBase.ts'
import type { ServerKnows } from './owner/knowledge.ts'

/** Options of an evaluation, as plain data that a process can receive. */
export interface Question {
  readonly shop: string
  readonly model: string
  /** First tested day, as an ISO date; default: the end of the model's training data, exclusive. */
  readonly until?: string
  /** Held-out shoppers: a fraction, or the path of a file of their ids; default: the model's fraction. */
  readonly holdout?: string
  /** Random seed; default: the model's. */
  readonly seed?: number
  readonly protocol: Protocol
  /** Start of the histories; default: the beginning of the log. */
  readonly historyFrom?: HistoryFrom
  /** Events to predict; default: any event. */
  readonly target?: Target
  /** Events that the simulated server knows; default: orders. */
  readonly serverKnows?: ServerKnows
  /** Whether shoppers may have joined the log since the model was trained. */
  readonly grown?: boolean
  /** Current time, milliseconds since the epoch; later events are left out. */
  readonly now: number
}

interface Loaded {
  readonly shop: Shop
  readonly input: EvaluationInput
  readonly notes: string[]
}

export async function load(question: Question): Promise<Loaded> {
  const shop = await readShop(question.shop, question.now)
  const trained = await readModel(question.model)
  if (shop.items.length < 2)
    throw invalidInput('a shop with fewer than two items has nothing to rank')
  const seed = question.seed ?? trained.manifest.seed
  const noLog = isFromCatalog(trained)
  const until = parseDate(
    question.until ?? (noLog ? dayAfterMost(shop) : trained.manifest.data.until),
  )
  const notes: string[] = [describeBase(trained), ...describeLeftOut(shop.leftOut)]
  if (!noLog) checkTrainedOn(trained, shop, until, notes)
  const held =
    question.protocol === 'leave-one-out' && trained.manifest.holdout.shoppers === 0
      ? await everybody(question.holdout, shop, seed)
      : await heldOut(question.holdout, trained, shop, seed, question.grown || noLog)
  const { model, shoppers } = inModelRows(trained, shop)
  const added = model.itemIds.length - trained.itemIds.length
  if (added > 0)
    notes.push(`${added} items are unknown to the model and were added by their content`)
  const { protocol, historyFrom = 'beginning', target = 'any' } = question
  return {
    shop,
    notes,
    input: {
      model,
      // Leaves out held-out shoppers who aren't tested, so that nothing is learned from them.
      shoppers: shoppers.filter(({ id }) => !held.isHeldOut(id) || held.isTested(id)),
      dayOnly: shop.dayOnly,
      isHeldOut: held.isHeldOut,
      isTested: held.isTested,
      until,
      protocol,
      historyFrom,
      target,
      kinds: kindsOf(shoppers),
      serverKnows: question.serverKnows ?? 'orders',
      seed,
    },
  }
}

/** Share of the log's span before the first tested day, unless a model or the caller chooses that day. */
const TRAINED_SHARE = 0.75

export const dayAfterMost = ({ from, to }: Shop): string =>
  formatDay(from + TRAINED_SHARE * (to - from))

export function parseDate(text: string): number {
  const time = Date.parse(text)
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(time))
    throw invalidInput(`--until ${text} is not a date like 2011-09-01`)
  return time
}

/** Rejects a model of another shop, or one that saw the tested time: a test would only show the model's memory. */
function checkTrainedOn({ manifest }: BaseModel, shop: Shop, until: number, notes: string[]): void {
  if (manifest.shop !== shop.name)
    throw refusal(
      `the model was trained on the shop '${manifest.shop}', but --shop is '${shop.name}'`,
    )
  const trainedUntil = Date.parse(manifest.data.until)
  if (until < trainedUntil)
    throw refusal(
      `the model was trained on events up to ${formatDay(trainedUntil)}, so --until ${formatDay(until)} would test it on training data: choose that day or a later one`,
    )
  if (until > trainedUntil)
    notes.push(`the model's data ends at ${formatDay(trainedUntil)}, before --until`)
  if (manifest.parent !== null)
    notes.push(
      `version ${manifest.version} was made from version ${manifest.parent} by rounds of contributions; whether held-out shoppers contributed is not recorded`,
    )
}

interface HeldOut {
  /** Whether a shopper is held out: the model never saw a held-out shopper. */
  isHeldOut(shopper: string): boolean
  isTested(shopper: string): boolean
}

/**
 * Tested shoppers for leave-one-out with a model that was trained on all shoppers: all, or those that `--holdout`
 * names. Each tested shopper's last event is tested, and must come after the model's training data.
 */
async function everybody(option: string | undefined, shop: Shop, seed: number): Promise<HeldOut> {
  const isHeldOut = () => false
  if (option === undefined) return { isHeldOut, isTested: () => true }
  const asked = await readHoldout(option)
  const known = new Set(shop.shoppers.map(({ id }) => id))
  const unknown = 'shoppers' in asked && [...asked.shoppers].find((id) => !known.has(id))
  if (unknown)
    throw invalidInput(
      `--holdout ${option} names the shopper ${unknown}, who is not in the shop’s log: correct the file`,
    )
  return { isHeldOut, isTested: isOutOf(asked, seed) }
}

/**
 * Held-out shoppers, as the model's manifest states them. `--holdout` must agree with the manifest, or name some of the
 * manifest's held-out shoppers.
 * @param grown whether held-out shoppers may have joined the log since the model was trained
 */
async function heldOut(
  option: string | undefined,
  { manifest }: BaseModel,
  shop: Shop,
  seed: number,
  grown = false,
): Promise<HeldOut> {
  const { fraction, shoppers } = manifest.holdout
  const asked = option === undefined ? { fraction } : await readHoldout(option)
  const named = 'shoppers' in asked ? asked.shoppers : null
  const differs = (found: number) => (grown ? found < shoppers : found !== shoppers)
  if (fraction === 0) {
    if (!named)
      throw refusal(
        shoppers > 0
          ? `the model held out ${shoppers} shoppers that a file lists: give that file by --holdout`
          : 'the model was trained on every shopper, so nobody is left to test it on',
      )
    const found = shop.shoppers.filter(({ id }) => named.has(id)).length
    if (differs(found))
      throw refusal(
        `--holdout ${option} names ${found} shoppers of this shop, but the model held out ${shoppers}`,
      )
    const has = (shopper: string) => named.has(shopper)
    return { isHeldOut: has, isTested: has }
  }
  const without = `the model held out a fraction of ${fraction} with seed ${manifest.seed}`
  if (seed !== manifest.seed) throw refusal(`${without}, but --seed is ${seed}`)
  if ('fraction' in asked && asked.fraction !== fraction)
    throw refusal(`${without}, but --holdout is ${option}`)
  const has = (shopper: string) => isInShare(shopper, fraction, manifest.seed)
  const found = shop.shoppers.filter(({ id }) => has(id)).length
  if (differs(found))
    throw refusal(`${without}: ${shoppers} shoppers, but this shop has ${found} of them`)
  const seen = shop.shoppers.find(({ id }) => named?.has(id) && !has(id))
  if (seen)
    throw refusal(
      `--holdout ${option} names the shopper ${seen.id}, but the model was trained on that shopper`,
    )
  return { isHeldOut: has, isTested: (shopper) => has(shopper) && (!named || named.has(shopper)) }
}

function refusal(why: string): NearsideError {
  return new NearsideError(
    'model-incompatible',
    `${why}. Without --model, nearside evaluate trains a model that fits.`,
  )
}
