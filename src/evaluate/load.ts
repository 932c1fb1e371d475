/**
 * @module Loads shop and model for an evaluation: one row order, one set of held-out shoppers. Rejects a model that
 * may have seen the test data.
 */
import { NearsideError } from '@nearside/core/error.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { isFromCatalog } from '@nearside/core/model/manifest.ts'
import { readModel } from '@nearside/train/models/read.ts'
import { inModelRows } from '@nearside/train/shop/modelRows.ts'
import { readShop } from '@nearside/train/shop/read.ts'
import type { Shop } from '@nearside/train/shop/shop.ts'
import { describeLeftOut } from '@nearside/train/shop/wrongLines.ts'
import {
  type EvaluationInput,
  type HistoryFrom,
  isoDay,
  kindsOf,
  type Protocol,
  type Target,
} from './cases.ts'
import { describeBase } from './describeBase.ts'
import { everybody, heldOut, refusal } from './heldOut.ts'
import type { ServerKnows } from './owner/knowledge.ts'

/** Options as plain data, so that they can be sent to a process. */
export interface Question {
  readonly shop: string
  readonly model: string
  /** ISO date; absent: the model's limit. */
  readonly until?: string
  /** A fraction, or the path of a file of shopper ids; absent: the model's fraction. */
  readonly holdout?: string
  /** Seed; absent: the model's. */
  readonly seed?: number
  readonly protocol: Protocol
  /** Start of the histories; absent: the beginning of the log. */
  readonly historyFrom?: HistoryFrom
  /** Events to predict; absent: any event. */
  readonly target?: Target
  /** Events that the server knows; absent: orders. */
  readonly serverKnows?: ServerKnows
  /** Whether the log may have more shoppers than at the training. */
  readonly grown?: boolean
  /** Current time, milliseconds since the epoch; later events are left out. */
  readonly now: number
}

interface Loaded {
  readonly shop: Shop
  readonly input: EvaluationInput
  /** Notes on omitted data and other remarks. */
  readonly notes: string[]
}

export async function load(question: Question): Promise<Loaded> {
  const shop = await readShop(question.shop, question.now)
  const trained = await readModel(question.model)
  if (shop.items.length < 2)
    throw new NearsideError('input-invalid', 'a shop with fewer than two items has nothing to rank')
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
      // Held-out shoppers outside the test are neither tested nor learned from.
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

/** Share of the log's span before the tested part, unless a model or the caller names a limit. */
const TRAINED_SHARE = 0.75

/** Day on which the tested part of a log begins, after most of its span. */
export function dayAfterMost({ from, to }: Shop): string {
  return isoDay(from + TRAINED_SHARE * (to - from))
}

export function parseDate(text: string): number {
  const time = Date.parse(text)
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(time))
    throw new NearsideError('input-invalid', `--until ${text} is not a date like 2011-09-01`)
  return time
}

/** Rejects a model that saw the tested shoppers or the tested time: it would only prove that it remembers. */
function checkTrainedOn({ manifest }: BaseModel, shop: Shop, until: number, notes: string[]): void {
  if (manifest.shop !== shop.name)
    throw refusal(
      `the model was trained on the shop '${manifest.shop}', but --shop is '${shop.name}'`,
    )
  const trainedUntil = Date.parse(manifest.data.until)
  if (until < trainedUntil)
    throw refusal(
      `the model was trained on events up to ${isoDay(trainedUntil)}, so --until ${isoDay(until)} would test it on training data: choose that day or a later one`,
    )
  if (until > trainedUntil)
    notes.push(`the model's data ends at ${isoDay(trainedUntil)}, before --until`)
  if (manifest.parent !== null)
    notes.push(
      `version ${manifest.version} was made from version ${manifest.parent} by rounds of contributions; whether held-out shoppers contributed is not recorded`,
    )
}
