/**
 * @module Brings shop and model together for an evaluation: one row order, one set of held-out
 * shoppers, and a refusal wherever the model may have seen what it is to be tested on.
 */
import { readFile } from 'node:fs/promises'
import { isHeldOut } from '../../evaluation/holdout.ts'
import {
  cleanShoppers,
  type EvaluationInput,
  type PopularitySource,
  type Protocol,
} from '../../evaluation/prepare.ts'
import type { BaseModel } from '../../model/baseModel.ts'
import { extendModel } from '../../model/extend.ts'
import { readShop } from '../../pretrain/shop/read.ts'
import type { Shop } from '../../pretrain/shop/shop.ts'
import { NearsideError } from '../../protocol/error.ts'
import { readModelDirectory } from './modelDirectory.ts'

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
  const shop = await readShop(question.shop)
  const trained = await readModelDirectory(question.model)
  const seed = question.seed ?? trained.manifest.seed
  const until = parseDate(question.until ?? trained.manifest.data.until)
  const held = await heldOut(question.holdout, trained, seed)
  const notes: string[] = []
  checkTrainedOn(trained, shop, { ...question, seed, until }, held, notes)
  const { model, shoppers: mapped } = toModelRows(trained, shop, notes)
  const { shoppers, dropped } = cleanShoppers(mapped, model.itemIds.length, question.now)
  if (dropped.future > 0) notes.push(`${dropped.future} events lie in the future and were left out`)
  const { protocol, popularity } = question
  return {
    shop,
    notes,
    input: {
      model,
      shoppers,
      dayOnly: shop.dayOnly,
      isHeldOut: held.has,
      until,
      protocol,
      popularity,
      seed,
    },
  }
}

interface HeldOut {
  has(shopper: string): boolean
  /** Null where the shoppers came from a file. */
  readonly fraction: number | null
  readonly words: string
}

/** @returns what `--holdout` means; without it, the model's own fraction. */
async function heldOut(
  option: string | undefined,
  model: BaseModel,
  seed: number,
): Promise<HeldOut> {
  const fraction = option === undefined ? model.manifest.holdout.fraction : parseFraction(option)
  if (fraction !== null)
    return {
      has: (shopper) => isHeldOut(shopper, fraction, seed),
      fraction,
      words: `a fraction of ${fraction} with seed ${seed}`,
    }
  const ids = await readHoldoutFile(option as string)
  return { has: (shopper) => ids.has(shopper), fraction: null, words: `the shoppers of ${option}` }
}

/** A number strictly between 0 and 1; null where the text is no number, hence a file's name. */
export function parseFraction(text: string): number | null {
  const fraction = Number(text)
  if (text.trim() === '' || Number.isNaN(fraction)) return null
  if (fraction > 0 && fraction < 1) return fraction
  throw new NearsideError('input-invalid', `--holdout ${text}: a fraction lies between 0 and 1`)
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

export function parseDate(text: string): number {
  const time = Date.parse(text)
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(time))
    throw new NearsideError('input-invalid', `--until ${text}: not a date like 2011-09-01`)
  return time
}

/** A model that saw the tested shoppers or the tested time would only prove that it remembers. */
function checkTrainedOn(
  { manifest }: BaseModel,
  shop: Shop,
  asked: { readonly seed: number; readonly until: number },
  held: HeldOut,
  notes: string[],
): void {
  const refuse = (why: string) => {
    throw new NearsideError(
      'model-incompatible',
      `${why}: leave the option out, or leave --model out to train a fitting one`,
    )
  }
  if (manifest.shop !== shop.name)
    refuse(`the model was trained on '${manifest.shop}', the shop is '${shop.name}'`)
  const trainedUntil = Date.parse(manifest.data.until)
  if (asked.until < trainedUntil)
    refuse(
      `the model has seen events up to ${manifest.data.until}, which --until ${isoDay(asked.until)} would test it on`,
    )
  if (asked.until > trainedUntil)
    notes.push(`the model's data ends at ${manifest.data.until}, before --until`)
  const count = shop.shoppers.filter(({ id }) => held.has(id)).length
  const { fraction, shoppers } = manifest.holdout
  const same =
    held.fraction === null || (held.fraction === fraction && asked.seed === manifest.seed)
  if (!same || count !== shoppers)
    refuse(
      `the model was trained without ${shoppers} shoppers (a fraction of ${fraction} with seed ${manifest.seed}), asked are ${held.words}, ${count} shoppers`,
    )
  if (manifest.parent !== null)
    notes.push(
      `version ${manifest.version} grew out of ${manifest.parent} by federated rounds; whether held-out shoppers took part is not recorded`,
    )
}

/** The shop's events by the model's rows; items that the model lacks join it by their content. */
function toModelRows(trained: BaseModel, shop: Shop, notes: string[]) {
  const model = extendModel(trained, shop.items)
  const added = model.itemIds.length - trained.itemIds.length
  if (added > 0) notes.push(`${added} items are unknown to the model and joined by their content`)
  const rows = new Map(model.itemIds.map((id, row) => [id, row]))
  const rowOf = Int32Array.from(shop.items, ({ id }) => rows.get(id) ?? -1)
  if (rowOf.every((row, item) => row === item)) return { model, shoppers: shop.shoppers }
  const shoppers = shop.shoppers.map(({ id, interactions }) => ({
    id,
    interactions: interactions.map((one) => ({ ...one, item: rowOf[one.item] })),
  }))
  return { model, shoppers }
}

function isoDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}
