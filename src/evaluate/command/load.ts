/**
 * @module Brings shop and model together for an evaluation: one row order, one set of held-out
 * shoppers, and a refusal wherever the model may have seen what it is to be tested on.
 */
import { readFile } from 'node:fs/promises'
import { NearsideError } from '../../core/error.ts'
import type { ContextSource } from '../../core/features/context/context.ts'
import type { BaseModel } from '../../core/model/baseModel.ts'
import { withContext } from '../../core/model/context.ts'
import { extendModel } from '../../core/model/extend.ts'
import { isHeldOut as isInShare } from '../../train/holdout.ts'
import { readModel } from '../../train/models/read.ts'
import { contextOf } from '../../train/shop/context.ts'
import { readShop } from '../../train/shop/read.ts'
import type { Shop } from '../../train/shop/shop.ts'
import { describeLeftOut } from '../../train/shop/wrongLines.ts'
import {
  cleanShoppers,
  type EvaluationInput,
  type PopularitySource,
  type Protocol,
} from '../prepare.ts'
import { describeBase } from './describeBase.ts'

/** Plain data, so that a thread can be given it. */
export interface Question {
  readonly shop: string
  readonly model: string
  /** ISO date; absent: the model's. */
  readonly until?: string
  /** A fraction, or the path of a file of shopper ids; absent: the model's fraction. */
  readonly holdout?: string
  /** Absent: the model's. */
  readonly seed?: number
  /** ISO date after `until`; absent: cases from `until` on. */
  readonly testFrom?: string
  /** Share of the shoppers not held out that there are at all; absent: all. */
  readonly trainShare?: number
  readonly protocol: Protocol
  readonly popularity: PopularitySource
  /** Milliseconds since the epoch; later events are left out. */
  readonly now: number
}

export interface Loaded {
  readonly shop: Shop
  readonly input: EvaluationInput
  /** What was left out or deserves a word. */
  readonly notes: readonly string[]
}

export async function load(question: Question): Promise<Loaded> {
  const shop = await readShop(question.shop, question.now)
  const trained = await readModel(question.model)
  if (shop.items.length < 2)
    throw new NearsideError('input-invalid', 'a shop with fewer than two items has nothing to rank')
  const seed = question.seed ?? trained.manifest.seed
  const until = testedFrom(question, trained.manifest.data.until)
  const notes: string[] = [describeBase(trained), ...describeLeftOut(shop.leftOut)]
  checkTrainedOn(trained, shop, until, notes)
  const held =
    question.protocol === 'leave-one-out' && trained.manifest.holdout.shoppers === 0
      ? await everybody(question.holdout, shop, seed)
      : await heldOut(question.holdout, trained, shop, seed)
  const { model, shoppers: mapped } = toModelRows(trained, shop, notes)
  const { shoppers } = cleanShoppers(mapped, model.itemIds.length, question.now)
  const { protocol, popularity } = question
  return {
    shop,
    notes,
    input: {
      model,
      // Held out but not asked about: neither tested nor learned from.
      shoppers: shoppers.filter(({ id }) =>
        held.isHeldOut(id) ? held.isTested(id) : isInTraining(id, question.trainShare),
      ),
      dayOnly: shop.dayOnly,
      isHeldOut: held.isHeldOut,
      isTested: held.isTested,
      until,
      protocol,
      popularity,
      seed,
    },
  }
}

/** Where cases begin. @throws NearsideError `input-invalid` where that is before the limit of training */
function testedFrom({ until, testFrom }: Question, trainedUntil: string): number {
  const limit = parseDate(until ?? trainedUntil)
  if (testFrom === undefined) return limit
  const from = parseDate(testFrom, '--test-from')
  if (from < limit)
    throw new NearsideError(
      'input-invalid',
      `--test-from ${testFrom} lies before ${isoDay(limit)}, up to which training saw everything`,
    )
  return from
}

/** Not the hash of the hold-out: a share of those whom that one left. */
export function isInTraining(shopper: string, share: number | undefined): boolean {
  return share === undefined || isInShare(shopper, share, TRAIN_SHARE_SEED)
}

const TRAIN_SHARE_SEED = 104_729

interface HeldOut {
  /** Whom the model never saw. */
  isHeldOut(shopper: string): boolean
  /** Those that are asked about. */
  isTested(shopper: string): boolean
}

/**
 * The model learned from everybody and is asked for each one's last event, which must lie behind
 * its limit: `--holdout` names those who are asked about.
 */
async function everybody(option: string | undefined, shop: Shop, seed: number): Promise<HeldOut> {
  const isHeldOut = () => false
  if (option === undefined) return { isHeldOut, isTested: () => true }
  const fraction = parseFraction(option)
  if (fraction !== null)
    return { isHeldOut, isTested: (shopper) => isInShare(shopper, fraction, seed) }
  const named = await readHoldoutFile(option)
  const known = new Set(shop.shoppers.map(({ id }) => id))
  const stranger = [...named].find((id) => !known.has(id))
  if (stranger !== undefined)
    throw new NearsideError(
      'input-invalid',
      `--holdout ${option} names ${stranger}, whom the shop does not know`,
    )
  return { isHeldOut, isTested: (shopper) => named.has(shopper) }
}

/** Who was held out, by the model's own word; `--holdout` must agree with it or name some of them. */
async function heldOut(
  option: string | undefined,
  { manifest }: BaseModel,
  shop: Shop,
  seed: number,
): Promise<HeldOut> {
  const { fraction, shoppers } = manifest.holdout
  const asked = option === undefined ? fraction : parseFraction(option)
  const named = asked === null ? await readHoldoutFile(option as string) : null
  if (fraction === 0) {
    if (!named)
      throw refusal(
        shoppers > 0
          ? `the model was trained without ${shoppers} shoppers that a file named: give --holdout FILE`
          : 'the model was trained on every shopper: none is left to test it on',
      )
    const found = shop.shoppers.filter(({ id }) => named.has(id)).length
    if (found !== shoppers)
      throw refusal(
        `--holdout ${option} names ${found} shoppers of this shop, the model was trained without ${shoppers}`,
      )
    const has = (shopper: string) => named.has(shopper)
    return { isHeldOut: has, isTested: has }
  }
  const without = `the model was trained without a fraction of ${fraction} with seed ${manifest.seed}`
  if (seed !== manifest.seed) throw refusal(`${without}, --seed is ${seed}`)
  if (!named && asked !== fraction) throw refusal(`${without}, --holdout is ${option}`)
  const has = (shopper: string) => isInShare(shopper, fraction, manifest.seed)
  const found = shop.shoppers.filter(({ id }) => has(id)).length
  if (found !== shoppers)
    throw refusal(`${without}, ${shoppers} shoppers; this shop has ${found} of them`)
  const seen = shop.shoppers.find(({ id }) => named?.has(id) && !has(id))
  if (seen) throw refusal(`--holdout ${option} names ${seen.id}, whom the model was trained on`)
  return { isHeldOut: has, isTested: (shopper) => has(shopper) && (!named || named.has(shopper)) }
}

/** A number strictly between 0 and 1; null where the text is no number, hence a file's name. */
export function parseFraction(text: string, option = '--holdout'): number | null {
  const fraction = Number(text)
  if (text.trim() === '' || Number.isNaN(fraction)) return null
  if (fraction > 0 && fraction < 1) return fraction
  throw new NearsideError('input-invalid', `${option} ${text}: a fraction lies between 0 and 1`)
}

/** One id a line; empty lines don't count. */
export async function readHoldoutFile(path: string): Promise<ReadonlySet<string>> {
  const text = await readFile(path, 'utf8').catch((error) => {
    throw NearsideError.from(error, 'input-invalid', `--holdout ${path}`)
  })
  const ids = text.split(/\r?\n/).filter((line) => line !== '')
  if (ids.length === 0)
    throw new NearsideError('input-invalid', `--holdout ${path}: names no shopper`)
  return new Set(ids)
}

export function parseDate(text: string, option = '--until'): number {
  const time = Date.parse(text)
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(time))
    throw new NearsideError('input-invalid', `${option} ${text}: not a date like 2011-09-01`)
  return time
}

/** A model that saw the tested shoppers or the tested time would only prove that it remembers. */
function checkTrainedOn({ manifest }: BaseModel, shop: Shop, until: number, notes: string[]): void {
  if (manifest.shop !== shop.name)
    throw refusal(`the model was trained on '${manifest.shop}', the shop is '${shop.name}'`)
  const trainedUntil = Date.parse(manifest.data.until)
  if (until < trainedUntil)
    throw refusal(
      `the model has seen events up to ${isoDay(trainedUntil)}, --until ${isoDay(until)} would test it on what it knows`,
    )
  if (until > trainedUntil)
    notes.push(`the model's data ends at ${isoDay(trainedUntil)}, before --until`)
  if (manifest.parent !== null)
    notes.push(
      `version ${manifest.version} grew out of ${manifest.parent} by federated rounds; whether held-out shoppers took part is not recorded`,
    )
}

function refusal(why: string): NearsideError {
  return new NearsideError(
    'model-incompatible',
    `${why} (or leave --model out to train a model that fits)`,
  )
}

/** The shop's events by the model's rows; items that the model lacks join it by their content. */
function toModelRows(trained: BaseModel, shop: Shop, notes: string[]) {
  const model = extendModel(trained, shop.items)
  const added = model.itemIds.length - trained.itemIds.length
  if (added > 0) notes.push(`${added} items are unknown to the model and joined by their content`)
  const rows = new Map(model.itemIds.map((id, row) => [id, row]))
  const rowOf = Int32Array.from(shop.items, ({ id }) => rows.get(id) ?? -1)
  if (rowOf.every((row, item) => row === item))
    return { model: withContext(model, contextOf(shop)), shoppers: shop.shoppers }
  const shoppers = shop.shoppers.map(({ id, interactions }) => ({
    id,
    interactions: interactions.map((one) => ({ ...one, item: rowOf[one.item] })),
  }))
  return { model: withContext(model, inRows(contextOf(shop), rowOf, rows.size)), shoppers }
}

/** ContextSource of a shop whose items lie in other rows. */
function inRows(contexts: ContextSource, rowOf: Int32Array, items: number): ContextSource {
  return {
    at: contexts.at,
    discountsAt(time) {
      const given = contexts.discountsAt(time)
      if (!given) return null
      const discounts = new Float32Array(items)
      given.forEach((discount, item) => {
        if (rowOf[item] >= 0) discounts[rowOf[item]] = discount
      })
      return discounts
    },
  }
}

function isoDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}
