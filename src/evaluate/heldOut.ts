/**
 * @module Decides which shoppers an evaluation may test: shoppers that the model never saw, according to its
 * manifest. On other shoppers a model only proves that it remembers.
 */
import { NearsideError } from '@nearside/core/error.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { isHeldOut as isInShare, isOutOf, readHoldout } from '@nearside/train/holdout.ts'
import type { Shop } from '@nearside/train/shop/shop.ts'

interface HeldOut {
  /** Whether the model never saw a shopper. */
  isHeldOut(shopper: string): boolean
  isTested(shopper: string): boolean
}

/**
 * Tested shoppers for leave-one-out. The model trained on all shoppers, and is tested on each shopper's last event,
 * which must lie after the model's training limit. `--holdout` names the tested shoppers.
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
      `--holdout ${option} names the shopper ${stranger}, who is not in the shop’s log: mend the file`,
    )
  return { isHeldOut, isTested: isOutOf(asked, seed) }
}

/**
 * Held-out shoppers by the model's manifest. `--holdout` must agree with it or name some of them.
 * @param grown whether the log may have more held-out shoppers than the model's log had
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

export function refusal(why: string): NearsideError {
  return new NearsideError(
    'model-incompatible',
    `${why}. Without --model, nearside evaluate trains a model that fits.`,
  )
}
