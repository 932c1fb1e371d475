/** @module Rejects an update unless its log and held-out shoppers continue those of the model's training. */
import { invalidInput } from '@nearside/core/error.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { DAY } from '@nearside/core/time.ts'
import { type Holdout, hashOfHeldOut } from '../holdout.ts'
import { isSequenceShop } from '../plan.ts'
import type { Shop } from '../shop/shop.ts'
import { formatDay } from '../shop/time.ts'
import type { Split } from '../split.ts'

/** Minimum share of a model's items that the shop must still have. */
const LEAST_KNOWN = 0.5

/**
 * Hold-out for an update of the model, whose held-out shoppers stay held out.
 * @param named value of `--holdout`, required if a file named the model's held-out shoppers; null: not given
 * @throws NearsideError `input-invalid`
 */
export function sameHoldout({ manifest }: BaseModel, named: Holdout | null): Holdout {
  const { fraction, shoppers } = manifest.holdout
  if (fraction > 0 || shoppers === 0) {
    if (!named || ('fraction' in named && named.fraction === fraction)) return { fraction }
    throw invalidInput(
      `version ${manifest.version} holds out a share of ${fraction}, which an update keeps: omit --holdout`,
    )
  }
  if (named && 'shoppers' in named) return named
  throw invalidInput(
    `version ${manifest.version} was trained without ${shoppers} shoppers that a file named: give that file as --holdout again`,
  )
}

/**
 * @param until exclusive limit of the events, milliseconds
 * @throws NearsideError `input-invalid`, naming the mismatch
 */
export function requireGrown({ manifest, itemIds }: BaseModel, shop: Shop, until: number): void {
  const refuse = (why: string) => {
    throw invalidInput(`${why}: train in full, without --from`)
  }
  const { version, data } = manifest
  if (manifest.shop !== shop.name)
    refuse(`version ${version} was trained on '${manifest.shop}', the shop is '${shop.name}'`)
  const ids = new Set(shop.items.map(({ id }) => id))
  const known = itemIds.filter((id) => ids.has(id)).length
  if (known < LEAST_KNOWN * itemIds.length)
    refuse(`the catalog has ${known} of the ${itemIds.length} items of version ${version}`)
  if (isSequenceShop(shop)) refuse('an update needs a log with times, not sequences')
  if (shop.from > Date.parse(data.from) + DAY)
    refuse(
      `the log begins on ${formatDay(shop.from)}, the log of version ${version} began on ${formatDay(Date.parse(data.from))}, and an update counts all of it`,
    )
  if (Math.min(until, shop.to + 1) <= Date.parse(data.until))
    throw invalidInput(
      `the log ends on ${formatDay(Math.min(until, shop.to))} and version ${version} has learned all events before ${data.until}: there is nothing new`,
    )
}

/** @throws NearsideError `input-invalid` if other shoppers are held out than before */
export function requireSameHeldOut(
  { manifest }: BaseModel,
  shop: Pick<Shop, 'shoppers'>,
  named: Holdout,
  { heldOut }: Pick<Split, 'heldOut'>,
): void {
  const { version, holdout, data } = manifest
  if (hashOfHeldOut(shop, named, Date.parse(data.until)).hash !== holdout.hash)
    throw invalidInput(
      `--holdout names other shoppers than version ${version} held out: give its file, with only new shoppers added, or train in full, without --from`,
    )
  if (heldOut >= holdout.shoppers) return
  throw invalidInput(
    `version ${version} held out ${holdout.shoppers} shoppers, but this log holds out ${heldOut}: give that version’s log with later events added, and the same --holdout`,
  )
}
