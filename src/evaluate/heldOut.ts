/**
 * @module Whom an evaluation may ask: those whom the model never saw, by the model's own word. A model
 * that saw the tested shoppers would only prove that it remembers.
 */
import { NearsideError } from '../core/error.ts'
import type { BaseModel } from '../core/model/baseModel.ts'
import { isHeldOut as isInShare, isOutOf, readHoldout } from '../train/holdout.ts'
import type { Shop } from '../train/shop/shop.ts'

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
export async function everybody(
  option: string | undefined,
  shop: Shop,
  seed: number,
): Promise<HeldOut> {
  const isHeldOut = () => false
  if (option === undefined) return { isHeldOut, isTested: () => true }
  const asked = await readHoldout(option)
  const known = new Set(shop.shoppers.map(({ id }) => id))
  const stranger = 'shoppers' in asked && [...asked.shoppers].find((id) => !known.has(id))
  if (stranger)
    throw new NearsideError(
      'input-invalid',
      `--holdout ${option} names ${stranger}, whom the shop does not know`,
    )
  return { isHeldOut, isTested: isOutOf(asked, seed) }
}

/**
 * Who was held out, by the model's own word; `--holdout` must agree with it or name some of them.
 * @param grown whether there may be more of them than the model's log had
 */
export async function heldOut(
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
          ? `the model was trained without ${shoppers} shoppers that a file named: give --holdout FILE`
          : 'the model was trained on every shopper: none is left to test it on',
      )
    const found = shop.shoppers.filter(({ id }) => named.has(id)).length
    if (differs(found))
      throw refusal(
        `--holdout ${option} names ${found} shoppers of this shop, the model was trained without ${shoppers}`,
      )
    const has = (shopper: string) => named.has(shopper)
    return { isHeldOut: has, isTested: has }
  }
  const without = `the model was trained without a fraction of ${fraction} with seed ${manifest.seed}`
  if (seed !== manifest.seed) throw refusal(`${without}, --seed is ${seed}`)
  if ('fraction' in asked && asked.fraction !== fraction)
    throw refusal(`${without}, --holdout is ${option}`)
  const has = (shopper: string) => isInShare(shopper, fraction, manifest.seed)
  const found = shop.shoppers.filter(({ id }) => has(id)).length
  if (differs(found))
    throw refusal(`${without}, ${shoppers} shoppers; this shop has ${found} of them`)
  const seen = shop.shoppers.find(({ id }) => named?.has(id) && !has(id))
  if (seen) throw refusal(`--holdout ${option} names ${seen.id}, whom the model was trained on`)
  return { isHeldOut: has, isTested: (shopper) => has(shopper) && (!named || named.has(shopper)) }
}

export function refusal(why: string): NearsideError {
  return new NearsideError(
    'model-incompatible',
    `${why} (or leave --model out to train a model that fits)`,
  )
}
